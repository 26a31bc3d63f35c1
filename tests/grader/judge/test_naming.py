"""Wrong submissions, written without sight of the known mistakes: all are caught, most are named, none wrongly."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from grader.report import Verdict

CASES = sorted(Path(__file__).parent.parent.joinpath("cases").glob("wrong_*/*/case.toml"))
LEAST_NAMED = 0.75
CONFINED = set(CASES[::8])  # the others are graded without a sandbox, in half the time


def read(case):
    return tomllib.loads(case.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def gradings(request, host):
    """Sends every selected case off before the first answer is awaited."""
    items = [
        item for item in request.session.items if item.path == request.path and hasattr(item, "callspec")
    ]
    return {case: send(host, case) for case in (item.callspec.params["case"] for item in items)}


def send(host, case):
    sandbox = "auto" if case in CONFINED else "none"
    return host.send({"paths": [case.parent], "tasks": [read(case)["task"]], "seed": 1, "sandbox": sandbox})


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.parent.name}/{case.parent.name}")
def test_wrong_submission_is_caught_and_named_as_meant(case, gradings):
    (answer,) = gradings[case]()
    (task,) = answer.report.tasks
    named = {test.message.mistake for test in task.tests if test.message} - {None}
    assert task.verdict is not Verdict.PASS
    meant = read(case)
    assert named - {meant.get("rounding_may_name")} == {meant["mistake"]} - {""}


def test_three_quarters_of_the_wrong_submissions_are_named():
    named = [case for case in CASES if read(case)["mistake"]]
    assert len(CASES) >= 40
    assert len(named) >= LEAST_NAMED * len(CASES)
