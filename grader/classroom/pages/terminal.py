"""A class run on the terminal, and the same as plain values."""

from __future__ import annotations

from collections import Counter
from statistics import mean, median
from typing import Any

from rich.console import Console

from grader.classroom.pages.exports import row_of
from grader.classroom.records import ClassResult, Outcome, Standing
from grader.render.page import Page
from grader.text.escape import one_line
from grader.text.formatting import count, number

MOST_LISTED = 20
SIGNS = {
    Outcome.INCOMPLETE: "our fault",
    Outcome.UNREADABLE: "unreadable",
    Outcome.UNKNOWN: "unknown",
    Outcome.MISSING: "missing",
}


def show(result: ClassResult, folder: str, console: Console) -> None:
    """Write the figures of the run, then whoever has no grade and why, then where everything lies."""
    page = Page(console)
    by_outcome = Counter(standing.outcome for standing in result.standings)
    page.line((one_line(result.title), "bold"))
    page.line()
    page.labelled("Students", ", ".join(f"{by_outcome[each]} {each}" for each in Outcome if by_outcome[each]))
    scores = [standing.score for standing in result.standings if standing.outcome is Outcome.GRADED]
    if scores:
        most = max(standing.max_score for standing in result.standings)
        middle = f"mean {number(round(mean(scores), 2))}, median {number(round(median(scores), 2))}"
        page.labelled("Scores", f"{middle} of {number(most)} points")
    _ungraded(page, result)
    for note in result.notes[:MOST_LISTED]:
        page.labelled("Note", one_line(note))
    page.labelled("Run", _run(result))
    page.labelled("Look at", f"{folder}/class.html, {folder}/grades.csv, {folder}/feedback/")


def _ungraded(page: Page, result: ClassResult) -> None:
    bad = [standing for standing in result.standings if standing.outcome is not Outcome.GRADED]
    order = list(SIGNS)
    for standing in sorted(bad, key=lambda one: order.index(one.outcome))[:MOST_LISTED]:
        page.labelled(SIGNS[standing.outcome].capitalize(), f"{_who(standing)}{one_line(standing.reason)}")
    if len(bad) > MOST_LISTED:
        page.labelled("", f"and {len(bad) - MOST_LISTED} more, in class.html")


def _who(standing: Standing) -> str:
    if standing.outcome is Outcome.UNKNOWN:
        return ""
    return f"{one_line(standing.student.name or standing.student.id)}: "


def _run(result: ClassResult) -> str:
    made = f"{count(result.graded, 'grading')} made, {result.cached} known from before"
    seed = "a seed for each student" if result.seed_per_student else f"seed {result.seed}"
    return f"{result.number}, {made}, {seed}, {number(round(result.seconds, 1))} s"


def as_dict(result: ClassResult) -> dict[str, Any]:
    """The run and how everybody stands, without the tests of their reports."""
    return {
        "title": result.title,
        "run": result.number,
        "seed": None if result.seed_per_student else result.seed,
        "started": result.started.isoformat(),
        "seconds": result.seconds,
        "course_digest": result.course_digest,
        "device": result.device,
        "graded": result.graded,
        "cached": result.cached,
        "notes": list(result.notes),
        "students": [_standing_values(standing) for standing in result.standings],
    }


def _standing_values(standing: Standing) -> dict[str, Any]:
    tasks = standing.report.tasks if standing.report else ()
    row = row_of(standing)
    return {
        "id": row.pop("student"),
        "adjusted": row.pop("adjustments"),
        **row,
        "place": standing.hand_in.place if standing.hand_in else None,
        "tasks": {task.id: {"verdict": task.verdict.value, "points": task.points} for task in tasks},
        "notes": list(standing.notes),
    }
