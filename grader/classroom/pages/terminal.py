"""A class run on the terminal: its live progress and its summary; and the same as plain values."""

from __future__ import annotations

import time
from collections import Counter
from statistics import mean, median
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

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
    seed = "a seed for each student" if result.seed is None else f"seed {result.seed}"
    return f"{result.run}, {made}, {seed}, {number(round(result.seconds, 1))} s"


ENOUGH = 5  # gradings after which the time that is left can be told


def remaining(done: int, total: int, seconds: float) -> str:
    """Return how long the rest will take at the pace so far; nothing before there is a pace."""
    if done < ENOUGH or done >= total:
        return ""
    left = seconds / done * (total - done)
    return f"about {_duration(left)} left"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"


class ClassProgress:
    """Whoever sees a class run go on; this one shows nothing."""

    def start(self, total: int) -> None:
        """Begin: `total` gradings are to be made."""

    def graded(self, topic: str) -> None:
        """One more grading of a topic is kept."""

    def stop(self) -> None:
        """No more will come."""


class LiveClassProgress(ClassProgress):
    """One line that counts gradings; it leaves nothing behind when it stops."""

    def __init__(self, console: Console) -> None:
        """Show nothing yet."""
        self._live = Progress(
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TextColumn("{task.description}", style="dim", markup=False),
            console=console,
            transient=True,
        )
        self._bar = self._live.add_task("the judges get ready", total=None)
        self._done, self._total, self._began = 0, 0, time.monotonic()

    def start(self, total: int) -> None:
        """Show the line; `total` gradings are to be made."""
        self._total, self._began = total, time.monotonic()
        self._live.update(self._bar, total=total)
        if total:
            self._live.start()

    def graded(self, topic: str) -> None:
        """One more grading is kept."""
        self._done += 1
        left = remaining(self._done, self._total, time.monotonic() - self._began)
        self._live.update(self._bar, completed=self._done, description=f"{topic}  {left}")

    def stop(self) -> None:
        """Take the line away."""
        self._live.stop()


def as_dict(result: ClassResult) -> dict[str, Any]:
    """The run and how everybody stands, without the tests of their reports."""
    return {
        "title": result.title,
        "run": result.run,
        "seed": result.seed,
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
    return {
        "id": standing.student.id,
        "name": standing.student.name,
        "email": standing.student.email,
        "outcome": standing.outcome.value,
        "reason": standing.reason,
        "score": standing.grade,
        "max_score": standing.max_score,
        "penalty": standing.penalty,
        "adjusted": standing.adjusted,
        "place": standing.hand_in.place if standing.hand_in else None,
        "attempts": len(standing.attempts) + bool(standing.hand_in),
        "tasks": {task.id: {"verdict": task.verdict.value, "points": task.points} for task in tasks},
        "notes": list(standing.notes),
    }
