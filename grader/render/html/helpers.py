"""What the templates ask about verdicts, tasks and tests, beyond what the report says itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markupsafe import Markup

from grader.render.formatting import MARKS, word
from grader.report import Message, TaskReport, TestReport, Verdict
from grader.report.selection import WAITING

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


CLASSES = {
    Verdict.PASS: "pass",
    Verdict.NOT_ATTEMPTED: "wait",
    Verdict.SKIPPED: "wait",
    Verdict.INTERNAL: "fault",
}  # whatever else there is went wrong


def kind(verdict: Verdict) -> str:
    """The class of a verdict: pass, bad, wait or fault."""
    return CLASSES.get(verdict, "bad")


def sign(verdict: Verdict) -> str:
    """The sign of a verdict, one for each, so that none is told by its colour alone."""
    return MARKS[verdict][0]


def mark(verdict: Verdict) -> Markup:
    """The sign and the word of a verdict; the word says it all, so the sign is not read aloud."""
    form = '<span class="mark {}"><span aria-hidden="true">{}</span> {}</span>'
    return Markup(form).format(kind(verdict), sign(verdict), word(verdict))


def marks_in_use(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The verdicts that occur, in the order of the enum: what a legend has to explain."""
    found = set(verdicts)
    return [verdict for verdict in Verdict if verdict in found]
