"""What of a report a learner should look at now, what went wrong in a task, and what a hidden test keeps to itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from grader.report import WAITING, Message, Report, TaskReport, TestReport, Verdict


def topic_of(task: TaskReport) -> str:
    """The topic's slug: `losses` of `losses.softmax`."""
    return task.id.rpartition(".")[0] or task.id


def by_topic(tasks: Iterable[TaskReport]) -> dict[str, list[TaskReport]]:
    """The tasks of each topic, in their order."""
    topics: dict[str, list[TaskReport]] = {}
    for task in tasks:
        topics.setdefault(topic_of(task), []).append(task)
    return topics


def passed(report: Report) -> bool:
    """Whether every task is right and the grading is complete."""
    return report.incomplete is None and all(task.verdict.is_right for task in report.tasks)


def untouched(report: Report) -> bool:
    """Whether not one task has been attempted."""
    return bool(report.tasks) and all(task.verdict in WAITING and not is_held_up(task) for task in report.tasks)


def is_held_up(task: TaskReport) -> bool:
    """Whether a task was tried and is skipped, as another one is to be solved first."""
    return task.verdict is Verdict.SKIPPED and bool(task.tests)


def first_failed(report: Report) -> TaskReport | None:
    """The first task that went wrong; a fault of ours only when there is no other."""
    failed = [task for task in report.tasks if task.verdict.went_wrong]
    theirs = [task for task in failed if task.verdict is not Verdict.INTERNAL]
    return next(iter(theirs or failed), None)


def first_held_up(report: Report) -> TaskReport | None:
    """The first task that is held up, unless one that has not been attempted stands before it."""
    waiting = next((task for task in report.tasks if task.verdict is Verdict.NOT_ATTEMPTED or is_held_up(task)), None)
    return waiting if waiting and is_held_up(waiting) else None


def first_waiting(report: Report) -> TaskReport | None:
    """The first task that has not been attempted."""
    return next((task for task in report.tasks if task.verdict is Verdict.NOT_ATTEMPTED), None)


def place(task: TaskReport) -> str | None:
    """Where an unattempted task lies, `file:line`, if the judge said so."""
    messages = [task.message, *(test.message for test in task.tests)]
    return next((message.where for message in messages if message and message.where), None)


@dataclass(frozen=True)
class Failure:
    """What the last grading said of a task that did not pass, or of the first detail that is open."""

    test: str | None = None  # the name of the test, None for a task that was not tested
    checked: str | None = None
    likely: str | None = None
    mistake: str | None = None  # the name of the known mistake
    next: str | None = None


def failure_of(task: TaskReport) -> Failure | None:
    """Return what went wrong in a task; None for one that passed or that nobody has begun."""
    if task.verdict in (Verdict.PASS, Verdict.NOT_ATTEMPTED, Verdict.INTERNAL):
        return None
    if task.verdict is Verdict.RIGHT and task.first_failure is None:  # its details were not run
        return None
    test = task.first_failure
    message = test.message if test else task.message
    name = test.name if test else None
    if message is None:
        return Failure(name, test.title if test else task.title)
    said = message.checked if test else message.got or message.checked  # of a task: why it was not tested
    return Failure(name, said, message.likely, message.mistake, message.next)


def to_share(test: TestReport) -> TestReport:
    """A test as a learner may see it: a hidden one without what it keeps to itself.

    That leaves what it checked and the diagnosis; of an exception the place and the class, not the words. What was
    printed may be the inputs, as what repeats the call is.
    """
    if test.visible:
        return test
    message = test.message and without_values(test.message)
    return replace(test, message=message, traceback=_without_words(test.traceback), printed=None, repeat=None)


def without_values(message: Message) -> Message:
    """A message with what was checked and the diagnosis alone."""
    return replace(message, expected=None, got=None, relation=None, where=None)


def _without_words(traceback: str | None) -> str | None:
    if not traceback:
        return None
    *places, last = traceback.rstrip("\n").split("\n")
    kind = re.match(r"\w+", last)
    return "\n".join([*places, kind[0] if kind else ""])


def tells_of(task: TaskReport, hidden: Iterable[str]) -> str | None:
    """The hidden task, by its id, of which a skipped one that builds on it would say that it has not passed."""
    said = (task.message.got or "") if task.verdict is Verdict.SKIPPED and task.message else ""
    return next((name for name in hidden if said.startswith(f"{name} ")), None)
