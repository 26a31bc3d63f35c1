"""When students may see what became of a task, and what hidden tests keep to themselves whenever it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from grader.classroom.policy.course_policy import Policy, Visibility
from grader.classroom.policy.dates import last_moment, utc
from grader.classroom.records import VISIBLE, TaskColumn
from grader.report import Message, TaskReport, TestReport, Verdict

ALWAYS = datetime.min.replace(tzinfo=UTC)


def shown_from(visibility: Visibility, topic: str, policy: Policy) -> datetime | None:
    """Return the first moment at which students may see what became of a task that waits; None: not yet.

    After the due date means after the last moment at which anybody may hand it in, extensions included.
    """
    if visibility is Visibility.AFTER_DUE_DATE:
        last = last_moment(policy, topic)
        return None if last is None else utc(last) + datetime.resolution
    if visibility is Visibility.AFTER_PUBLISHED:
        return ALWAYS if policy.published else policy.published_at and utc(policy.published_at)
    return None


def is_shown(column: TaskColumn, now: datetime) -> bool:
    """Whether students may see what became of a task at a moment, which has a time zone."""
    return column.visibility == VISIBLE or (column.shown_from is not None and now >= column.shown_from)


def hidden_tasks(columns: Iterable[TaskColumn], now: datetime) -> set[str]:
    """Return the ids of the tasks of which nothing may be shown yet."""
    return {column.id for column in columns if not is_shown(column, now)}


def shown_tasks(tasks: Collection[TaskReport], hidden: Collection[str]) -> list[TaskReport]:
    """Return the tasks that may be shown, each without what its hidden tests keep to themselves."""
    return [_cut(task) for task in tasks if task.id not in hidden and not _tells_of(task, hidden)]


def _tells_of(task: TaskReport, hidden: Collection[str]) -> bool:
    """Whether a skipped task would say that a hidden one it builds on has not passed."""
    said = task.message.got or "" if task.message else ""
    return task.verdict is Verdict.SKIPPED and any(said.startswith(f"{name} ") for name in hidden)


def _cut(task: TaskReport) -> TaskReport:
    return replace(task, tests=tuple(test if test.visible else _cut_test(test) for test in task.tests))


def _cut_test(test: TestReport) -> TestReport:
    """A hidden test: what it checked and the diagnosis; of an exception the place and the class, not the words.

    What was printed may be the inputs, as what repeats the call is.
    """
    return replace(test, message=_cut_message(test.message), traceback=_cut_traceback(test.traceback),
                   printed=None, repeat=None)  # fmt: skip


def _cut_message(message: Message | None) -> Message | None:
    return message and replace(message, expected=None, got=None, where=None)


def _cut_traceback(text: str | None) -> str | None:
    if not text:
        return None
    *places, last = text.rstrip("\n").split("\n")
    kind = re.match(r"\w+", last)
    return "\n".join([*places, kind[0] if kind else ""])
