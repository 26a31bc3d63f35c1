"""What changed from one run over a class to another: one block for each student, and only what differs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.render.formatting import MARKS, count, number, word
from grader.render.page import Page
from grader.report import Verdict
from grader.text.escape import one_line

if TYPE_CHECKING:
    from grader.classroom.gradebook.diff import ClassDiff, StudentChange, TaskChange
    from grader.classroom.records import Student

ARROW = "->"


def as_dict(diff: ClassDiff) -> dict[str, Any]:
    """The differences as plain values."""
    return asdict(diff)


def show(diff: ClassDiff, console: Console) -> None:
    """Write who came and went, what changed for whom, and for how many nothing did."""
    page = Page(console)
    page.line((f"Run {diff.before} {ARROW} run {diff.after}", "bold"))
    for student in diff.came:
        page.line(("+ ", "green"), (_name(student), "bold"), "  is new")
    for student in diff.went:
        page.line(("- ", "yellow"), (_name(student), "bold"), "  is gone")
    for change in diff.changes:
        page.line()
        _student(page, change)
    if diff.came or diff.went or diff.changes:
        page.line()
    _total(page, diff)


def _student(page: Page, change: StudentChange) -> None:
    better = (change.score_after or 0.0) - (change.score_before or 0.0)
    style = "green" if better > 0 else "red" if better < 0 else "dim"
    points = f"{_grade(change.score_before)} {ARROW} {_grade(change.score_after)} points"
    outcome = ""
    if change.outcome_before is not change.outcome_after:
        outcome = f"  {change.outcome_before.value} {ARROW} {change.outcome_after.value}"
    page.line((_name(change.student), "bold"), "  ", (points, style), (outcome, "magenta"))
    if change.tasks:
        page.console.print(_tasks(page, change.tasks), width=page.width)


def _grade(points: float | None) -> str:
    return "no grade" if points is None else number(points)


def _tasks(page: Page, tasks: tuple[TaskChange, ...]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")
    for column in ("before", "after", "points", "arrow", "points"):
        table.add_column(no_wrap=True, justify="right" if column == "points" else "left")
    for task in tasks:
        table.add_row(
            Text(f"  {one_line(task.id)}"),
            _verdict(page, task.verdict_before),
            _verdict(page, task.verdict_after),
            _points(task.points_before),
            Text(ARROW, "dim"),
            _points(task.points_after),
        )
    return table


def _verdict(page: Page, verdict: Verdict | None) -> Text:
    if verdict is None:
        return Text("not there", "dim")
    mark, style = MARKS[verdict]
    return Text(page.alphabet.of(f"{mark} {word(verdict)}"), style)


def _points(points: float | None) -> Text:
    return Text("" if points is None else number(points))


def _name(student: Student) -> str:
    return one_line(f"{student.name} ({student.id})" if student.name else student.id)


def _total(page: Page, diff: ClassDiff) -> None:
    if diff.came or diff.went or diff.changes:
        page.line((f"{count(len(diff.changes), 'student')} changed, {diff.same} as before", "bold"))
    else:
        page.line((f"Nothing changed for {count(diff.same, 'student')}.", "bold"))
