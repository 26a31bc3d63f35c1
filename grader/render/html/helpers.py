"""What the templates ask about a task or a test, beyond what the report says itself."""

from __future__ import annotations

import re

from grader.render.choose import WAITING
from grader.report import Message, TaskReport, TestReport, Verdict

LABELS = (
    ("Checked", "checked"),
    ("Expected", "expected"),
    ("Got", "got"),
    ("Where", "where"),
    ("Likely", "likely"),
)
MOST_DRAWN = 6  # drawings of one kind for one test
MOST_ROWS = 400  # of a table of shapes


def has_drawings(test: TestReport) -> bool:
    """Whether a test has attached anything to draw."""
    return bool(test.curves or test.paths or test.tables or test.pictures)


def drawn(task: TaskReport) -> bool:
    """Whether any test of a task has."""
    return any(map(has_drawings, task.tests))


def went_wrong(task: TaskReport) -> bool:
    """Whether a task was tried and did not pass."""
    return task.verdict not in WAITING | {Verdict.PASS}


def number_of(task: TaskReport, test: TestReport) -> int:
    """The place of a test in its task, from 1."""
    return 1 + next(place for place, each in enumerate(task.tests) if each is test)


def next_of(task: TaskReport, message: Message | None) -> str:
    """What to do next about a task; nothing where the fault is ours."""
    if task.verdict is Verdict.INTERNAL:
        return ""
    return (message and message.next) or f"grade hint {task.id}"


def anchor(kind: str, name: str) -> str:
    """The place of a task or a topic on its page, as a link names it."""
    return f"{kind}-" + re.sub(r"[^A-Za-z0-9_.-]", "-", name)
