"""What can be told of a task before its grading has ended; the end contradicts it only where it has a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from grader.course import Task
from grader.judge.order import Meanwhile
from grader.judge.outcome import Outcome
from grader.judge.runner import is_visible, title_of, weight_of
from grader.judge.scoring import score_task
from grader.report import TestReport, Verdict

NO_FAILURE = (Verdict.PASS, Verdict.NOT_ATTEMPTED, Verdict.INTERNAL)  # of these the whole suite decides


def is_first_failure(outcomes: Iterable[Outcome]) -> bool:
    """Whether the last of these outcomes, which are settled, is the failure that the result will show first."""
    *before, last = outcomes
    may_pass = last.verdict in NO_FAILURE or last.in_batch
    return not may_pass and all(each.verdict is Verdict.PASS for each in before)


def failing(task: Task, items: Sequence[pytest.Item], tried: Sequence[TestReport]) -> Meanwhile:
    """Tell the first failure; the tests that are still to come only count as its company."""
    return Meanwhile(score_task(task, [*tried, *map(_to_come, items[len(tried) :])]))


def named(task: Task, tests: Sequence[TestReport]) -> Meanwhile | None:
    """Tell all tests, with the mistake if there is a name for it; None where no test has failed."""
    found = score_task(task, tests)
    return None if found.verdict in NO_FAILURE else Meanwhile(found, named=True)


def _to_come(item: pytest.Item) -> TestReport:
    title, weight = title_of(item), weight_of(item)
    return TestReport(item.name, title, Verdict.NOT_ATTEMPTED, is_visible(item), weight, 0.0)
