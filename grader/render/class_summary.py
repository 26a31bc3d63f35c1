"""A finished class run on the terminal: how many stand how, and what an instructor should look at first."""

from __future__ import annotations

from collections import Counter
from statistics import mean, median

from rich.console import Console

from grader.classroom.records import ClassResult, Outcome, Standing
from grader.render.escape import one_line
from grader.render.page import Page
from grader.render.words import count, number

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
    seed = "a seed for each student" if result.seed is None else f"seed {result.seed}"
    return f"{result.run}, {made}, {seed}, {number(round(result.seconds, 1))} s"
