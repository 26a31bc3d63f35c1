"""Whose fault an unexpected exception of a suite or a full device is, decided by evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.course import Task
from grader.device import cuda
from grader.judge.bench import Bench, least_seconds
from grader.judge.outcome import Outcome, of_a_full_device
from grader.judge.subject import ReferenceSubject
from grader.report import Verdict
from grader.sandbox.errors import SandboxProblem


def settle(bench: Bench, task: Task, item: pytest.Item, outcome: Outcome) -> Outcome:
    """Return the outcome, or a settled one where it may not be the submission's doing."""
    if of_a_full_device(outcome.problem):
        return _settle_full_device(bench, item, outcome)
    return settle_internal(bench, task, item, outcome)


def _settle_full_device(bench: Bench, item: pytest.Item, outcome: Outcome) -> Outcome:
    """A device that is too full for the reference too, once the worker is gone, was filled by somebody else."""
    bench.subject.clear()
    cuda.release_memory()
    ours = bench.play(item, ReferenceSubject(bench.references))
    return replace(outcome, verdict=Verdict.INTERNAL) if of_a_full_device(ours.problem) else outcome


def settle_internal(bench: Bench, task: Task, item: pytest.Item, outcome: Outcome) -> Outcome:
    """Return the outcome, or a settled one where a suite ended in an exception that no check raised.

    Under the same numbers the reference is played: if it passes, what the submission returned is the cause, and
    the test is failed. If it does not, the failure is ours: the test is tried once more, and stays internal if
    that gives the same. Where the reference was not handed out the cause is what the submission returned: the
    tests that go out have passed with the reference.
    """
    if outcome.verdict is not Verdict.INTERNAL:
        return outcome
    again = bench.run_alone(item, least_seconds() + 2 * outcome.seconds)
    if again.verdict is not Verdict.INTERNAL:
        return again
    if isinstance(again.problem, SandboxProblem):
        raise again.problem  # nothing can be played; the reference's own play needs no sandbox and would prove nothing
    known = bench.references.is_known(task.topic)
    if not known or bench.play(item, ReferenceSubject(bench.references)).verdict is Verdict.PASS:
        return replace(again, verdict=Verdict.FAIL)
    return again
