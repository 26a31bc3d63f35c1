"""What a student may see by now: whole tasks that wait, and what hidden tests keep to themselves."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from grader.classroom.records import ClassResult
from grader.report import Message, TaskReport, TestReport, Verdict


def waiting(result: ClassResult, now: datetime) -> set[str]:
    """The ids of the tasks of which nothing may be shown yet."""
    return {column.id for column in result.columns if not column.is_shown(now)}


def shown_tasks(tasks: Collection[TaskReport], hidden: Collection[str]) -> list[TaskReport]:
    """The tasks that may be shown, each without what its hidden tests keep to themselves."""
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
