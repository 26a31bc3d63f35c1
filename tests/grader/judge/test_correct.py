"""Correct submissions in many styles: full marks, and no mistake is named."""

from __future__ import annotations

from pathlib import Path

import pytest

CASES = sorted(Path(__file__).parent.parent.joinpath("cases").glob("correct_*/*/case.toml"))


def topic(case):
    return case.parent.parent.name.removeprefix("correct_")


@pytest.fixture(scope="module")
def gradings(request, host):
    """Sends every selected case off before the first answer is awaited."""
    items = [
        item for item in request.session.items if item.path == request.path and hasattr(item, "callspec")
    ]
    chosen = [item.callspec.params["case"] for item in items]
    options = {"seed": 1, "sandbox": "none"}  # half the time, and the same verdicts: test_grading proves it
    return {case: host.send({"paths": [case.parent], "tasks": [topic(case)], **options}) for case in chosen}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.parent.name}/{case.parent.name}")
def test_correct_submission_has_full_marks_and_no_named_mistake(case, gradings):
    (answer,) = gradings[case]()
    tests = [test for task in answer.report.tasks for test in task.tests]
    wrong = [(test.name, test.message) for test in tests if test.message]
    assert wrong == []
    assert answer.report.score == answer.report.max_score > 0
    assert answer.report.incomplete is None
