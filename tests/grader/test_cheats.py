"""Ways to have the marks of a training without it: each fails on held-out data, however honest its first steps are.

A file in `cheats/` is named after a task; each of its public functions takes that task's place.
"""

from __future__ import annotations

import importlib.util
import inspect
import warnings
from pathlib import Path

import pytest

from grader.course import load_course
from grader.judge.references import References
from grader.judge.runner import Runner, is_statistical
from grader.judge.session import run_session
from grader.judge.subject import NamespaceSubject, ReferenceSubject
from grader.suite.failure import CheckFailure

FILES = sorted(Path(__file__).with_name("cheats").glob("*.py"))
SEED = 1


def loaded(file):
    spec = importlib.util.spec_from_file_location(f"torchgrade_cheats_{file.stem}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cheats_of(module):
    found = inspect.getmembers(module, inspect.isfunction)
    return [
        cheat for name, cheat in found if cheat.__module__ == module.__name__ and not name.startswith("_")
    ]


def failures(module, cheats):
    """Return for each cheat the first test that it fails: one on held-out data, unless that cannot show it."""
    course = load_course()
    references, task = References(course), course.task(module.TASK)
    runner, found = Runner(course, references, ReferenceSubject(references), SEED), {}

    def play():
        for cheat in cheats:
            subject = NamespaceSubject(references.with_variant(task, cheat), references, is_explained=False)
            steps = cheat in getattr(module, "SEEN_IN_FEW_STEPS", ())
            for item in runner.by_task[task.id]:
                problem = runner.play(item, subject).problem if is_statistical(item) is not steps else None
                if problem is not None:
                    found[cheat.__name__] = problem
                    break

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run_session(runner, [task], "", play)
    return found


def in_turn(files):
    """Return files as parameters; a bare pytest plays the first, all others try the suites of the course."""
    rest = [pytest.param(file, id=file.stem, marks=pytest.mark.rest) for file in files[1:]]
    return [pytest.param(files[0], id=files[0].stem), *rest]


@pytest.mark.parametrize("file", in_turn(FILES))
def test_cheat_at_a_training_fails(file):
    module = loaded(file)
    cheats = cheats_of(module)
    found = failures(module, cheats)
    assert [cheat.__name__ for cheat in cheats if cheat.__name__ not in found] == []
    assert {name: problem for name, problem in found.items() if not isinstance(problem, CheckFailure)} == {}


def test_every_task_that_trains_a_net_of_its_own_has_cheats():
    course = load_course()
    suites = {task.id: course.suite_file(task).read_text(encoding="utf-8") for task in course.tasks}
    assert {loaded(file).TASK for file in FILES} >= {
        id for id, text in suites.items() if "check_held_out(" in text or "check_history(" in text
    }
