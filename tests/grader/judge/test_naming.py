"""Wrong submissions, written without sight of the known mistakes: all are caught, most are named, none wrongly."""

from __future__ import annotations

import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.classroom.judges import Judges
from grader.course import load_course
from grader.device.choice import simulated_accelerator
from grader.intake import find_submission
from grader.judge.order import Order
from grader.judge.standing.messages import Post
from grader.report import Verdict

CASES = sorted(Path(__file__).parent.parent.joinpath("cases").glob("wrong_*/*/case.toml"))
LEAST_NAMED = 0.75
AT_ONCE = 2


def read(case):
    return tomllib.loads(case.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def gradings(request):
    """Gives every selected case to judges that stand ready, before the first answer is awaited."""
    items = [
        item for item in request.session.items if item.path == request.path and hasattr(item, "callspec")
    ]
    cases = [item.callspec.params["case"] for item in items]
    topics = load_course().slugs
    post = Post(tuple({read(case)["task"]: None for case in cases}), "auto", simulated_accelerator())
    judges = Judges()

    def grade(case):
        task, files = read(case)["task"], find_submission([case.parent], topics)
        with judges.lend(post) as judge:
            return judge.grade(Order(files, (task,), "", 1, post.sandbox, False, None, post.accelerator))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {case: pool.submit(grade, case) for case in cases}
        pool.shutdown(cancel_futures=True)
    judges.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.parent.name}/{case.parent.name}")
def test_wrong_submission_is_caught_and_named_as_meant(case, gradings):
    (task,) = gradings[case].result().tasks.values()
    named = {test.message.mistake for test in task.tests if test.message} - {None}
    assert task.verdict is not Verdict.PASS
    meant = read(case)
    assert named - {meant.get("rounding_may_name")} == {meant["mistake"]} - {""}


def test_three_quarters_of_the_wrong_submissions_are_named():
    named = [case for case in CASES if read(case)["mistake"]]
    assert len(CASES) >= 40
    assert len(named) >= LEAST_NAMED * len(CASES)
