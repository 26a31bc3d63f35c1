"""The judge's pytest session takes nothing from outside: no option, no plugin, no conftest."""

from __future__ import annotations

import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

from grader.judge.order import OurProblem
from grader.judge.session import NEVER_FROM_OUTSIDE
from grader.report import Verdict
from grader.report.json import from_json

ROOT = Path(__file__).parents[3]

ALWAYS_PASS = """
    import pytest

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(pyfuncitem):
        print("picked up")
        return True

    @pytest.fixture
    def submission():
        print("picked up")
"""

WRONG = """
    def sigmoid(x):
        return x
"""

GRADE = """
import sys
from pathlib import Path
from grader.judge.grading import grade_submission
from grader.report.json import to_json
print(to_json(grade_submission([Path("submission")], tasks=["losses.sigmoid"], sandbox="none", seed=1,
                               keyword="range or shape or zero")))
"""


@pytest.fixture
def folder(tmp_path):
    """A folder to grade in, with a wrong submission in it."""
    write(tmp_path / "submission/losses.py", WRONG)
    return tmp_path


def write(file, text):
    from textwrap import dedent

    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dedent(text))


def graded_in(folder, **environment):
    path = os.pathsep.join([str(ROOT), str(folder)])
    done = subprocess.run(
        [sys.executable, "-c", GRADE], cwd=folder, text=True, capture_output=True, timeout=60,
        env={**os.environ, "PYTHONPATH": path, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "picked up" not in done.stdout
    return from_json(done.stdout)


def test_nothing_beside_the_submission_or_in_the_folder_or_the_environment_is_picked_up(folder):
    for place in (folder, folder / "submission"):
        write(place / "conftest.py", ALWAYS_PASS)
        write(place / "pytest.ini", "[pytest]\naddopts = --no-such-option\n")
    write(folder / "installed_plugin.py", ALWAYS_PASS)
    write(folder / "installed-1.0.dist-info/METADATA", "Name: installed\nVersion: 1.0\n")
    write(folder / "installed-1.0.dist-info/entry_points.txt", "[pytest11]\ninstalled = installed_plugin\n")
    report = graded_in(
        folder, PYTEST_ADDOPTS="--no-such-option", PYTEST_PLUGINS="installed_plugin,no_such_module"
    )
    assert {task.verdict for task in report.tasks} <= {Verdict.FAIL, Verdict.ERROR}


def test_environment_is_as_before_when_a_session_has_ended(made_up, monkeypatch):
    for name in NEVER_FROM_OUTSIDE:
        monkeypatch.setenv(name, "1")
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", raising=False)
    before, modules = dict(os.environ), set(sys.modules)
    made_up.play(made_up.runner(), lambda runner, items: [runner.run(item) for item in items])
    assert {**os.environ, "PYTEST_CURRENT_TEST": ""} == {**before, "PYTEST_CURRENT_TEST": ""}
    assert [name for name in set(sys.modules) - modules if name.startswith("maths")] == []


def test_module_called_like_a_topic_is_the_same_when_a_session_has_ended(made_up, monkeypatch):
    """Somebody's module maths, which is a file, is not left as the folder of the suites, which has none."""
    theirs = types.ModuleType("maths")
    monkeypatch.setitem(sys.modules, "maths", theirs)
    made_up.play(made_up.runner(), lambda runner, items: [runner.run(item) for item in items])
    assert sys.modules["maths"] is theirs
    assert [name for name in sys.modules if name.startswith("maths.")] == []


def test_suite_that_changed_is_read_anew_in_the_same_process(made_up):
    count = lambda runner, items: len(items)  # noqa: E731
    assert made_up.play(made_up.runner(), count) == 3
    made_up.suite('def test_double_of_one(submission):\n    """One becomes two."""\n')
    assert made_up.play(made_up.runner(), count) == 1


def test_no_folder_above_the_suites_is_looked_at(made_up, monkeypatch):
    """What lies beside a course, in a home folder or among packages, may be much."""
    listed, scandir = [], os.scandir

    def noted(path="."):
        listed.append(Path(path).resolve())
        return scandir(path)

    monkeypatch.setattr(os, "scandir", noted)
    made_up.play(made_up.runner(), lambda runner, items: None)
    assert not set(listed) & set(made_up.course.suites.resolve().parents)


def test_suite_that_cannot_be_read_is_our_problem(made_up):
    made_up.suite("import no_such_module\n")
    with pytest.raises(OurProblem, match="(?s)a suite cannot be collected.*no_such_module"):
        made_up.play(made_up.runner(), lambda runner, items: None)


def test_suite_that_cannot_be_read_is_our_problem_when_graded(made_up, host):
    made_up.suite("def test_double(submission:\n")
    answer = host.grade(made_up.submit("def double(x):\n    return 2 * x\n"), made_up.package)
    assert answer.problem.startswith("ours: a suite cannot be collected")
