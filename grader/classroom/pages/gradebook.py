"""What a gradebook holds, on a terminal: its runs, and the points that people gave or took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.render.formatting import clock, count, number
from grader.render.page import Page
from grader.text.escape import one_line

if TYPE_CHECKING:
    from grader.classroom.gradebook.book import AdjustmentEntry
    from grader.classroom.gradebook.runs import RunEntry


def show_runs(entries: Sequence[RunEntry], zone: str, console: Console) -> None:
    """Write one row for each run, the oldest first."""
    page = Page(console)
    if not entries:
        page.line("This gradebook holds no run yet.")
        return
    table = _table("run", "begun", "what came of it", "seed", "course", "title", right=("run",))
    for entry in entries:
        facts = entry.facts
        table.add_row(
            Text(str(entry.number), "bold"),
            Text(clock(facts.started, zone)),
            _outcome(entry),
            Text("one for each" if facts.seed_per_student else str(facts.seed), "dim"),
            Text(facts.course_digest[:8], "dim"),
            Text(one_line(facts.title)),
        )
    page.console.print(table, width=page.width)


def show_adjustments(entries: Sequence[AdjustmentEntry], zone: str, console: Console) -> None:
    """Write one row for each adjustment, and what they come to for a single student."""
    page = Page(console)
    if not entries:
        page.line("No points were given or taken by hand.")
        return
    table = _table("no.", "student", "points", "who", "when", "why", right=("no.", "points"))
    for entry in entries:
        made = entry.adjustment
        back = "" if entry.takes_back is None else f"takes back {entry.takes_back}: "
        table.add_row(
            Text(str(entry.number), "bold"),
            Text(one_line(made.student_id)),
            Text(_signed(made.points), "green" if made.points > 0 else "red"),
            Text(one_line(made.who)),
            Text(clock(made.when, zone), "dim"),
            Text(back + one_line(made.why)),
        )
    page.console.print(table, width=page.width)
    if len({entry.adjustment.student_id for entry in entries}) == 1:
        page.line((f"{_signed(sum(entry.adjustment.points for entry in entries))} in all", "bold"))


def _outcome(entry: RunEntry) -> Text:
    if entry.finished is None:
        return Text(f"not finished, {count(entry.gradings, 'grading')} so far", "yellow")
    return Text(f"{count(entry.students, 'student')}: {entry.graded} graded, {entry.cached} known")


def _table(*columns: str, right: Sequence[str]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for name in columns:
        table.add_column(justify="right" if name in right else "left", overflow="fold")
    table.add_row(*(Text(name, "dim") for name in columns))
    return table


def _signed(points: float) -> str:
    return f"{'-' if points < 0 else '+'}{number(abs(points))}"
