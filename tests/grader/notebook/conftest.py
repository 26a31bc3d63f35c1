"""The course, reports made by hand, and a topic cut to a few cells."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.course import Course, load_course
from grader.report import Environment, Message, Report, TaskReport, TestReport, Verdict

ENVIRONMENT = Environment("0.1.0", "3.11", "2.13", "Linux", "cpu", "forked", (), (), "0" * 64)


@pytest.fixture(scope="session")
def course() -> Course:
    return load_course()


def failed(text: str, traceback: str | None = None) -> TestReport:
    message = Message("the sum of each row", expected="1", got=text, next="grade hint losses.softmax")
    return TestReport("test_rows", "Every row sums to 1.", Verdict.FAIL, True, 1.0, 0.1, message, traceback)


@pytest.fixture
def report_of() -> Callable[..., Report]:
    """A report of losses.softmax, which failed with this text, and of losses.sigmoid, which passed."""

    def make(text: str = "0.4", traceback: str | None = None, notes: tuple[str, ...] = ()) -> Report:
        passed = TestReport("test_half", "The middle is a half.", Verdict.PASS, True, 1.0, 0.1)
        softmax = TaskReport(
            "losses.softmax", "Scores", Verdict.FAIL, 0.5, 2.0, (passed, failed(text, traceback))
        )
        sigmoid = TaskReport("losses.sigmoid", "A score", Verdict.PASS, 2.0, 2.0, (passed,))
        return Report("losses.ipynb", 7, ENVIRONMENT, (softmax, sigmoid), 0.5, None, notes)

    return make
