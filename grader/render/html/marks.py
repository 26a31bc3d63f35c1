"""A verdict on a page: its sign and its word, and a class that gives both a colour."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from grader.render.words import MARKS, word
from grader.report import Verdict

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
