"""What a gradebook holds, on a terminal: its runs, and points that people gave or took."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from grader.classroom.records import Adjustment, Run
from grader.render.page import Page
from grader.text.escape import one_line
from grader.text.formatting import clock, count


def show_runs(runs: Sequence[Run], zone: str, console: Console) -> None:
    """Write one row for each run, the oldest first."""
    page = Page(console)
    if not runs:
        page.line("This gradebook holds no run yet.")
        return
    page.table(
        ("run", "begun", "what came of it", "seed", "course", "title"),
        ([
            Text(str(run.number), "bold"),
            Text(clock(run.started, zone)),
            _outcome(run),
            Text(str(run.seed), "dim"),
            Text(run.course_digest[:8], "dim"),
            Text(one_line(run.title)),
        ] for run in runs),
        right=("run",),
    )  # fmt: skip


def show_adjustments(given: Sequence[Adjustment], zone: str, console: Console) -> None:
    """Write one row for each adjustment, and what they come to for a single student."""
    page = Page(console)
    if not given:
        page.line("No points were given or taken by hand.")
        return
    page.table(
        ("no.", "student", "points", "who", "when", "why"),
        ([
            Text(str(each.number), "bold"),
            Text(one_line(each.student_id)),
            Text(f"{each.points:+g}", "green" if each.points > 0 else "red"),
            Text(one_line(each.who)),
            Text(clock(each.when, zone), "dim"),
            Text(one_line(each.why)),
        ] for each in given),
        right=("no.", "points"),
    )  # fmt: skip
    if len({each.student_id for each in given}) == 1:
        page.line((f"{sum(each.points for each in given):+g} in all", "bold"))


def _outcome(run: Run) -> Text:
    if run.finished is None:
        return Text(f"not finished, {count(run.gradings, 'grading')} so far", "yellow")
    return Text(f"{count(run.students, 'student')}: {run.graded} graded, {run.cached} known")
