"""Whose fault an unexpected exception of a suite is, decided by evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.course import Task
from grader.judge.bench import Bench
from grader.judge.outcome import Outcome
from grader.judge.subject import ReferenceSubject
from grader.report import Verdict


def settle_internal(bench: Bench, task: Task, item: pytest.Item, outcome: Outcome) -> Outcome:
    """Return the outcome, or a settled one where a suite ended in an exception that no check raised.

    Under the same numbers the reference is played: if it passes, what the submission returned is the cause, and
    the test is failed. If it does not, the failure is ours: the test is tried once more, and stays internal if
    that gives the same.
    """
    if outcome.verdict is not Verdict.INTERNAL:
        return outcome
    again = bench.run(item, None)
    if again.verdict is not Verdict.INTERNAL:
        return again
    if bench.play(item, ReferenceSubject(bench.references)).verdict is Verdict.PASS:
        return replace(again, verdict=Verdict.FAIL)
    return again
