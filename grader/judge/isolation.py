"""Failures beside other tests: which of them are tried again alone, when, and whose fault they are.

A worker that has served other tests may have been spoilt by them, so no failure in it counts by itself. The first of a
task is tried alone at once. If that gives the same, the others wait: a known mistake that does the same on every test
is proof enough, and only without one are they tried alone, as a worker for each costs more than the tests.

Code that never ends must not cost hours. A test has a second at first; one that takes longer is tried alone, with the
time that follows from what the reference takes, and only that counts. A training that is marked as long is tried alone
at once. What else is likely to be late is not tried.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from grader.course import Task
from grader.device import cuda
from grader.judge.diagnosis import Named, is_telling, same_outcome
from grader.judge.message import message_of
from grader.judge.outcome import Outcome, of_a_full_device
from grader.judge.runner import Runner, least_seconds, takes_long
from grader.judge.subject import ReferenceSubject
from grader.report import TaskReport, TestReport, Verdict
from grader.sandbox.transport import GivenUp, SandboxProblem


def attribute(runner: Runner, task: Task, item: pytest.Item, outcome: Outcome) -> Outcome:
    """Return the outcome, or another where it may not be the submission's doing."""
    if of_a_full_device(outcome.problem):
        return _attribute_full_device(runner, item, outcome)
    return attribute_internal(runner, task, item, outcome)


def _attribute_full_device(runner: Runner, item: pytest.Item, outcome: Outcome) -> Outcome:
    """A device that is too full for the reference too, once the worker is gone, was filled by somebody else."""
    runner.subject.clear()
    cuda.release_memory()
    ours = runner.play(item, ReferenceSubject(runner.references))
    return replace(outcome, verdict=Verdict.INTERNAL) if of_a_full_device(ours.problem) else outcome


def attribute_internal(runner: Runner, task: Task, item: pytest.Item, outcome: Outcome) -> Outcome:
    """Return the outcome, or another where a suite ended in an exception that no check raised.

    Under the same numbers the reference is played: if it passes, what the submission returned is the cause, and
    the test is failed. If it does not, the failure is ours: the test is tried once more, and stays internal if
    that gives the same. Where the reference was not handed out the cause is what the submission returned: the
    tests that go out have passed with the reference.
    """
    if outcome.verdict is not Verdict.INTERNAL:
        return outcome
    again = runner.run_alone(item, least_seconds() + 2 * outcome.seconds)
    if again.verdict is not Verdict.INTERNAL:
        return again
    if isinstance(again.problem, SandboxProblem):
        raise again.problem  # nothing can be played; the reference's own play needs no sandbox and would prove nothing
    known = runner.references.is_known(task.topic)
    if not known or runner.play(item, ReferenceSubject(runner.references)).verdict is Verdict.PASS:
        return replace(again, verdict=Verdict.FAIL)
    return again


FIRST_SECONDS = 1.0  # no other test of a reference takes as long
MOST_LATE = 2  # tests of one task that has passed others; the rest of its tests are then not tried
MOST_LATE_TASKS = 3  # of one topic; the rest of its tasks are then not tried
TOPIC_GIVEN_UP = f"{MOST_LATE_TASKS} tasks of this topic had run out of time before, and the rest of it is given up"
NOT_TRIED_AGAIN = (Verdict.PASS, Verdict.NOT_ATTEMPTED)  # the latter is the same in any batch

Find = Callable[[Mapping[str, Outcome]], Named | None]


class Late:
    """How many tests of which tasks have run out of time."""

    def __init__(self) -> None:
        """Start with none."""
        self._tests: Counter[str] = Counter()
        self._tasks: dict[str, set[str]] = {}

    def add(self, task: Task) -> None:
        """Count a test of a task."""
        self._tests[task.id] += 1
        self._tasks.setdefault(task.topic, set()).add(task.id)

    def reason(self, task: Task, passed: bool) -> str:
        """Return why no more of a task is tried, "" if it is; `passed` says whether a test of it has passed."""
        if self._tests[task.id] >= MOST_LATE:
            return f"{MOST_LATE} tests of this task had run out of time before"
        if self._tests[task.id] and not passed:
            return "a test of this task had run out of time before, and none had passed"
        late = self._tasks.get(task.topic, set())
        return "" if task.id in late or len(late) < MOST_LATE_TASKS else TOPIC_GIVEN_UP


def given_up_in_order(tasks: Mapping[str, TaskReport], order: Sequence[str]) -> dict[str, TaskReport]:
    """Return tasks that several processes graded as one process had, which would have given up a topic earlier."""
    late: Counter[str] = Counter()
    found = dict(tasks)
    for task_id in (each for each in order if each in tasks):
        topic = task_id.partition(".")[0]
        if late[topic] >= MOST_LATE_TASKS and tasks[task_id].tests:
            found[task_id] = _not_tried(tasks[task_id])
        late[topic] += any(_ran_out_of_time(test) for test in tasks[task_id].tests)
    return found


def _ran_out_of_time(test: TestReport) -> bool:
    return test.verdict is Verdict.TIMEOUT and test.seconds > 0


def _not_tried(task: TaskReport) -> TaskReport:
    outcome = Outcome(Verdict.TIMEOUT, GivenUp(TOPIC_GIVEN_UP))
    tests = [
        TestReport(test.name, test.title, Verdict.TIMEOUT, test.visible, test.weight, 0.0,
                   message_of(test.title, task.id, outcome, None), detail=test.detail)
        for test in task.tests
    ]  # fmt: skip
    return replace(task, verdict=Verdict.TIMEOUT, points=0.0, tests=tuple(tests), message=None)


class Batch:
    """The tests of one task, played beside each other; `outcomes` has what became of each, by its name."""

    def __init__(self, runner: Runner, task: Task, late: Late) -> None:
        """Start with none played; `late` knows of all tasks what has run out of time."""
        self._runner, self._task, self._late = runner, task, late
        self.outcomes: dict[str, Outcome] = {}
        self._fails_alone = self._misled = False

    def play(self, item: pytest.Item) -> None:
        """Play a test; a failure beside others that may not wait is tried alone."""
        outcome = self._given_up() or self._played(item)
        if not outcome.in_batch:
            outcome = self._attributed(item, outcome)
            self._fails_alone |= is_telling(outcome)
        self.outcomes[item.name] = outcome
        if outcome.in_batch and outcome.verdict not in NOT_TRIED_AGAIN and not self._may_wait(outcome):
            self._try_alone([item])

    def _played(self, item: pytest.Item) -> Outcome:
        """Play a test beside others; one that takes long is played alone, and that counts."""
        if takes_long(item):
            return self._alone(item, math.inf)
        outcome = self._runner.run(item, FIRST_SECONDS)
        if outcome.verdict is not Verdict.TIMEOUT:
            return outcome
        return self._alone(item, self._runner.fair_seconds_of(item))

    def _alone(self, item: pytest.Item, seconds: float) -> Outcome:
        outcome = self._runner.run_alone(item, seconds)
        if outcome.verdict is Verdict.TIMEOUT:
            self._late.add(self._task)
        return outcome

    def name(self, items: Sequence[pytest.Item], find: Find) -> Named | None:
        """Return the mistake that explains all outcomes; without one the failures that wait are tried alone first."""
        mistake = find(self.outcomes)
        if mistake is not None:
            return mistake
        waiting = [item for item in items if is_telling(self.outcomes[item.name])]
        return find(self.outcomes) if self._try_alone(waiting) else None

    def _may_wait(self, outcome: Outcome) -> bool:
        return is_telling(outcome) and self._fails_alone and not self._misled

    def _try_alone(self, items: Sequence[pytest.Item]) -> bool:
        """Try what failed in a batch by itself; return whether anything came out otherwise."""
        changed = False
        for item in items:
            beside = self.outcomes[item.name]
            if beside.in_batch and self._given_up() is None:
                alone = self._attributed(item, self._alone(item, least_seconds()))
                same = same_outcome(alone, beside)
                changed |= not same
                self._fails_alone |= same and is_telling(alone)
                self.outcomes[item.name] = replace(alone, in_batch=False)
        self._misled |= changed
        return changed

    def _attributed(self, item: pytest.Item, outcome: Outcome) -> Outcome:
        return attribute(self._runner, self._task, item, outcome)

    def _given_up(self) -> Outcome | None:
        """Return the outcome of a test that is not tried, as enough others have used up their time."""
        passed = any(outcome.verdict is Verdict.PASS for outcome in self.outcomes.values())
        reason = self._late.reason(self._task, passed)
        return Outcome(Verdict.TIMEOUT, GivenUp(reason)) if reason else None
