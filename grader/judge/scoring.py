"""From the reports of tests to the verdict and the points of a task."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from grader.course import Task
from grader.report import DECISIVE, Message, TaskReport, TestReport, Verdict

DETAILS = 0.2  # of a task's points at most; its core has the rest
ALL_OR_NOTHING = (Verdict.NOT_ATTEMPTED, Verdict.FORBIDDEN, Verdict.SKIPPED)


def verdict_of_task(tests: Sequence[TestReport]) -> Verdict:
    """Return a task's verdict: right if its core passed, else that of its first failure, with two exceptions."""
    every = {test.verdict for test in tests}
    for special in DECISIVE:
        if special in every:
            return special
    verdicts = [test.verdict for test in _core(tests)]
    missed = [verdict for verdict in verdicts if verdict is not Verdict.PASS]
    if not missed:
        return Verdict.RIGHT if every - {Verdict.PASS} else Verdict.PASS
    unwritten = missed.count(Verdict.NOT_ATTEMPTED)
    if unwritten == len(missed) and 2 * unwritten >= len(verdicts):
        return Verdict.NOT_ATTEMPTED
    return next((verdict for verdict in missed if verdict is not Verdict.NOT_ATTEMPTED), Verdict.FAIL)


def score_task(task: Task, tests: Sequence[TestReport], idle: Collection[str] = ()) -> TaskReport:
    """Return the report of a task whose tests were run; `idle` names those that code passes which does nothing."""
    verdict = verdict_of_task(tests)
    share = 0.0 if verdict in ALL_OR_NOTHING else _share(tests, idle)
    return TaskReport(task.id, task.title, verdict, round(task.points * share, 2), task.points, tuple(tests))


def _share(tests: Sequence[TestReport], idle: Collection[str]) -> float:
    """Return the share of the points that is earned: by the core, and by details where all of the core passes."""
    core = _core(tests)
    details = [test for test in tests if test not in core]
    of_details = min(DETAILS, _weight(details) / _weight(tests)) if details else 0.0
    whole = all(test.verdict is Verdict.PASS for test in core)
    return (1 - of_details) * _share_of_core(core, idle) + whole * of_details * _ratio(details)


def _core(tests: Sequence[TestReport]) -> Sequence[TestReport]:
    """Return the tests without which a task is not right; where there are only details, as `-k` may choose, these."""
    return [test for test in tests if not test.detail] or tests


def _share_of_core(tests: Sequence[TestReport], idle: Collection[str]) -> float:
    """Return the share of the weights that is earned; an idle test counts only as far as the others pass."""
    results = [test for test in tests if test.name not in idle]
    conduct = [test for test in tests if test.name in idle]
    total = _weight(tests)
    return (_weight(_passed(results)) + _ratio(results) * _weight(_passed(conduct))) / total if total else 0.0


def _ratio(tests: Sequence[TestReport]) -> float:
    return _weight(_passed(tests)) / _weight(tests) if _weight(tests) else 1.0


def _weight(tests: Sequence[TestReport]) -> float:
    return sum(test.weight for test in tests)


def _passed(tests: Sequence[TestReport]) -> list[TestReport]:
    return [test for test in tests if test.verdict is Verdict.PASS]


def untested(task: Task, verdict: Verdict, message: Message | None) -> TaskReport:
    """Return the report of a task that could not be tested."""
    return TaskReport(task.id, task.title, verdict, 0.0, task.points, (), message)


def absent(task: Task) -> TaskReport:
    """Return the report of a task whose topic has no file in the submission."""
    text, next_step = f"no {task.topic}.py in the submission", f"copy {task.topic}.py from the exercises"
    return untested(task, Verdict.NOT_ATTEMPTED, Message(task.title, got=text, next=next_step))


def is_open(task: TaskReport) -> bool:
    """Whether a task is still to be solved; one whose tests were all kept back cannot pass here, and is not."""
    return not task.verdict.is_right and (task.verdict is not Verdict.SKIPPED or bool(task.tests))


def without_needs(tasks: Iterable[Task]) -> tuple[Task, ...]:
    """Return tasks that are judged on their own, whatever they build on."""
    return tuple(replace(task, needs=()) for task in tasks)


def skip_dependents(tasks: Sequence[Task], reports: Mapping[str, TaskReport]) -> dict[str, TaskReport]:
    """Mark failed tasks that need another failed task as skipped: that one is to be mended first.

    A task that passes by itself keeps its points whatever it was meant to build on.
    """
    result = dict(reports)
    for task in tasks:
        open_needs = [need for need in task.needs if need in result and is_open(result[need])]
        if open_needs and result[task.id].verdict in (Verdict.FAIL, Verdict.ERROR):
            result[task.id] = waits_for(result[task.id], open_needs[0], "has not passed")
    return result


def waits_for(task: TaskReport, need: str, state: str) -> TaskReport:
    """Mark a task as skipped, as another one is to be solved first."""
    message = Message(task.title, got=f"{need} {state}, and this task builds on it", next=f"grade hint {need}")
    return replace(task, verdict=Verdict.SKIPPED, points=0.0, message=message)
