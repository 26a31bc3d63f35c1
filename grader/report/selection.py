"""Which of a report's tasks the learner should look at now, and what went wrong in a task."""

from __future__ import annotations

from dataclasses import dataclass

from grader.report import Report, TaskReport, Verdict

WAITING = {Verdict.NOT_ATTEMPTED, Verdict.SKIPPED}  # nothing has gone wrong here


def topic_of(task: TaskReport) -> str:
    """The topic's slug: `losses` of `losses.softmax`."""
    return task.id.rpartition(".")[0] or task.id


def by_topic(report: Report) -> dict[str, list[TaskReport]]:
    """The tasks of each topic, in the report's order."""
    topics: dict[str, list[TaskReport]] = {}
    for task in report.tasks:
        topics.setdefault(topic_of(task), []).append(task)
    return topics


def passed(report: Report) -> bool:
    """Whether every task passed and the grading is complete."""
    return report.incomplete is None and all(task.verdict is Verdict.PASS for task in report.tasks)


def untouched(report: Report) -> bool:
    """Whether not one task has been attempted."""
    return bool(report.tasks) and all(task.verdict in WAITING for task in report.tasks)


def first_failed(report: Report) -> TaskReport | None:
    """The first task that went wrong; a fault of ours only when there is no other."""
    failed = [task for task in report.tasks if task.verdict not in WAITING | {Verdict.PASS}]
    theirs = [task for task in failed if task.verdict is not Verdict.INTERNAL]
    return next(iter(theirs or failed), None)


def first_waiting(report: Report) -> TaskReport | None:
    """The first task that has not been attempted."""
    return next((task for task in report.tasks if task.verdict is Verdict.NOT_ATTEMPTED), None)


def place(task: TaskReport) -> str | None:
    """Where an unattempted task lies, `file:line`, if the judge said so."""
    messages = [task.message, *(test.message for test in task.tests)]
    return next((message.where for message in messages if message and message.where), None)


@dataclass(frozen=True)
class Failure:
    """What the last grading said of a task that did not pass."""

    test: str | None = None  # the name of the test, None for a task that was not tested
    checked: str | None = None
    likely: str | None = None
    mistake: str | None = None  # the name of the known mistake
    next: str | None = None


def failure_of(task: TaskReport) -> Failure | None:
    """Return what went wrong in a task; None for one that passed or that nobody has begun."""
    if task.verdict in (Verdict.PASS, Verdict.NOT_ATTEMPTED, Verdict.INTERNAL):
        return None
    test = None if task.verdict is Verdict.SKIPPED else task.first_failure
    message = test.message if test else task.message
    name = test.name if test else None
    if message is None:
        return Failure(name, test.title if test else task.title)
    said = message.checked if test else message.got or message.checked  # of a task: why it was not tested
    return Failure(name, said, message.likely, message.mistake, message.next)
