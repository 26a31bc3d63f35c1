"""Submissions written without sight of the known mistakes.

Those in `cases/wrong_*` are all caught, most are named, none wrongly; those in `cases/correct_*`, in many styles, have
full marks for each task that they solve: nearly all of their topic, in which every task is solved in three styles. They
are graded without a sandbox, which has cases of its own. A bare pytest plays one of each family whole, and wrong ones
that people have met; all the others try the suites of the course and not the grader. The other correct ones are graded
without tests that train or sample: `correct_seeds.py` plays them, under many seeds.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from grader.classroom.grading.jobs import POOL, here
from grader.course import load_course
from grader.device.choice import simulated_accelerator
from grader.intake import find_submission
from grader.judge.order import JudgeKey, Order
from grader.report import POSSIBLE, Verdict

from .correct_seeds import beside, solved

FOLDER = Path(__file__).with_name("cases")
WRONG, CORRECT = (sorted(FOLDER.glob(f"{family}_*/*/case.toml")) for family in ("wrong", "correct"))
LEAST_NAMED = 0.75
LEAST_SOLVED, LEAST_STYLES = 0.8, 3
AT_ONCE = 2
WITHOUT_LUCK = "not statistical"  # most of a grading's time is training

pytestmark = pytest.mark.timeout(600)  # the first one waits until the judges are ready


def name(case):
    return f"{case.parent.parent.name}/{case.parent.name}"


def read(case):
    return tomllib.loads(case.read_text(encoding="utf-8"))


def task_ids(case):
    """The one task of a wrong submission; what a correct one solves of its topic."""
    return (read(case)["task"],) if "task" in read(case) else solved(case.parent)


def with_rest(cases):
    """Return cases as parameters; those that a bare pytest leaves out are marked."""
    seen, found = Counter(), []
    for case in cases:
        family = case.parent.parent.name
        seen[family] += 1
        left_out = seen[family] > 1 and not read(case).get("reported", False) and not read(case).get("relation")
        found.append(pytest.param(case, marks=[pytest.mark.rest] if left_out else []))
    return found


@pytest.fixture(scope="module")
def gradings(request):
    """Gives every selected case to judges that stand ready, before the first answer is awaited."""
    items = [
        item for item in request.session.items if item.path == request.path and hasattr(item, "callspec")
    ]
    cases = {case: task_ids(case) for item in items if (case := item.callspec.params.get("case"))}
    every = dict.fromkeys(task for tasks in cases.values() for task in tasks)
    key, topics = JudgeKey(tuple(every), "none", simulated_accelerator()), load_course().slugs

    whole = {case.parent.parent: case for case in reversed(CORRECT)}  # the first of each family

    def grade(case):
        files = find_submission([case.parent, *beside(case.parent)], topics)
        keyword = WITHOUT_LUCK if case in CORRECT and case != whole[case.parent.parent] else ""
        with POOL.lend(key) as judge:
            return judge.grade(Order(files, cases[case], keyword, 1, key.sandbox, False, None, key.accelerator))

    with here(AT_ONCE) as pool:
        yield {case: pool.submit(grade, case) for case in cases}


@pytest.mark.parametrize("case", with_rest(WRONG), ids=name)
def test_wrong_submission_is_caught_and_named_as_meant(case, gradings):
    (task,) = gradings[case].result().tasks.values()
    messages = [test.message for test in task.tests if test.message and test.message.mistake]
    named = {message.mistake for message in messages}
    assert task.verdict is not Verdict.PASS
    meant = read(case)
    if meant.get("right"):  # details alone are open
        assert task.verdict is Verdict.RIGHT
    assert named - {meant.get("rounding_may_name")} == {meant["mistake"], meant.get("besides", "")} - {""}
    if "relation" in meant:
        assert task.first_failure.message.relation == meant["relation"]
    failures = [test.name for test in task.tests if test.verdict is not Verdict.PASS]
    assert len(failures) <= meant.get("most_failures", len(failures)), failures  # one convention costs its tests
    if meant.get("possible"):
        assert all(message.likely.startswith(POSSIBLE) for message in messages)


def test_three_quarters_of_the_wrong_submissions_are_named():
    named = [case for case in WRONG if read(case)["mistake"]]
    assert len(WRONG) >= 40
    assert len(named) >= LEAST_NAMED * len(WRONG)


@pytest.mark.parametrize("case", with_rest(CORRECT), ids=name)
def test_correct_submission_has_full_marks_and_no_named_mistake(case, gradings):
    found = gradings[case].result()
    assert found.incomplete is None
    tests = [(task.id, test) for task in found.tasks.values() for test in task.tests]
    assert [(task, test.name, test.message) for task, test in tests if test.message] == []
    assert tuple(found.tasks) == task_ids(case)
    assert all(task.points == task.max_points > 0 for task in found.tasks.values())


@pytest.mark.parametrize("topic", load_course().topics, ids=lambda topic: topic.slug)
def test_every_task_is_solved_in_styles_enough(topic):
    """Each submission solves nearly all of its topic, and each task stands in three of them."""
    styles = [solved(case.parent) for case in CORRECT if case.parent.parent.name == f"correct_{topic.slug}"]
    assert all(len(tasks) >= LEAST_SOLVED * len(topic.tasks) for tasks in styles)
    counts = Counter(task for tasks in styles for task in tasks)
    assert [task.id for task in topic.tasks if counts[task.id] < min(LEAST_STYLES, len(styles))] == []
