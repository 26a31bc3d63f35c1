"""What a gradebook holds, on a terminal: its runs, what changed between two, and points that people gave or took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.classroom.records import ClassResult, Run, Standing, Student
from grader.render.page import Page
from grader.report import TaskReport
from grader.text.escape import one_line
from grader.text.formatting import MARKS, clock, count, number, word

if TYPE_CHECKING:
    from grader.classroom.gradebook.book import AdjustmentEntry


def show_runs(entries: Sequence[Run], zone: str, console: Console) -> None:
    """Write one row for each run, the oldest first."""
    page = Page(console)
    if not entries:
        page.line("This gradebook holds no run yet.")
        return
    table = _table("run", "begun", "what came of it", "seed", "course", "title", right=("run",))
    for entry in entries:
        table.add_row(
            Text(str(entry.number), "bold"),
            Text(clock(entry.started, zone)),
            _outcome(entry),
            Text("one for each" if entry.seed_per_student else str(entry.seed), "dim"),
            Text(entry.course_digest[:8], "dim"),
            Text(one_line(entry.title)),
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


def _outcome(entry: Run) -> Text:
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


ARROW = "->"
Task = TaskReport | None  # None: that run had no such task


@dataclass(frozen=True)
class StudentChange:
    """One student who is in both runs and does not stand as before."""

    before: Standing
    after: Standing
    tasks: tuple[tuple[Task, Task], ...]  # as they were and are: those whose points or verdict changed


@dataclass(frozen=True)
class ClassDiff:
    """Two runs over a class, and only what differs."""

    before: int
    after: int
    came: tuple[Student, ...]
    went: tuple[Student, ...]
    changes: tuple[StudentChange, ...]
    same: int  # students of both runs of whom nothing changed


def compare(before: ClassResult, after: ClassResult) -> ClassDiff:
    """Return what changed, in the order of the later run."""
    old = {standing.student.id: standing for standing in before.standings}
    new = {standing.student.id: standing for standing in after.standings}
    both = [
        StudentChange(old[key], each, _changed_tasks(old[key], each)) for key, each in new.items() if key in old
    ]
    changes = tuple(each for each in both if each.tasks or _stands(each.before) != _stands(each.after))
    return ClassDiff(
        before=before.number,
        after=after.number,
        came=tuple(standing.student for key, standing in new.items() if key not in old),
        went=tuple(standing.student for key, standing in old.items() if key not in new),
        changes=changes,
        same=len(both) - len(changes),
    )


def _stands(standing: Standing) -> tuple[object, ...]:
    return standing.outcome, standing.grade


def _changed_tasks(before: Standing, after: Standing) -> tuple[tuple[Task, Task], ...]:
    old, new = ({task.id: task for task in each.report.tasks} if each.report else {} for each in (before, after))
    pairs = [(old.get(task_id), new.get(task_id)) for task_id in {**new, **old}]
    return tuple(pair for pair in pairs if _found(pair[0]) != _found(pair[1]))


def _found(task: Task) -> tuple[object, ...] | None:
    return (task.points, task.verdict) if task else None


def show_changes(diff: ClassDiff, console: Console) -> None:
    """Write who came and went, what changed for whom, and for how many nothing did."""
    page = Page(console)
    page.line((f"Run {diff.before} {ARROW} run {diff.after}", "bold"))
    for student in diff.came:
        page.line(("+ ", "green"), (one_line(student.named), "bold"), "  is new")
    for student in diff.went:
        page.line(("- ", "yellow"), (one_line(student.named), "bold"), "  is gone")
    for change in diff.changes:
        page.line()
        _student(page, change)
    if diff.came or diff.went or diff.changes:
        page.line()
        page.line((f"{count(len(diff.changes), 'student')} changed, {diff.same} as before", "bold"))
    else:
        page.line((f"Nothing changed for {count(diff.same, 'student')}.", "bold"))


def _student(page: Page, change: StudentChange) -> None:
    before, after = change.before, change.after
    better = (after.grade or 0.0) - (before.grade or 0.0)
    style = "green" if better > 0 else "red" if better < 0 else "dim"
    points = f"{_grade(before.grade)} {ARROW} {_grade(after.grade)} points"
    outcome = "" if before.outcome is after.outcome else f"  {before.outcome} {ARROW} {after.outcome}"
    page.line((one_line(after.student.named), "bold"), "  ", (points, style), (outcome, "magenta"))
    if change.tasks:
        page.console.print(_tasks(page, change.tasks), width=page.width)


def _grade(points: float | None) -> str:
    return "no grade" if points is None else number(points)


def _tasks(page: Page, tasks: tuple[tuple[Task, Task], ...]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")
    for column in ("before", "after", "points", "arrow", "points"):
        table.add_column(no_wrap=True, justify="right" if column == "points" else "left")
    for before, after in tasks:
        named = next(one_line(task.id) for task in (after, before) if task)
        verdicts, points = (_verdict(page, before), _verdict(page, after)), (_points(before), _points(after))
        table.add_row(Text(f"  {named}"), *verdicts, points[0], Text(ARROW, "dim"), points[1])
    return table


def _verdict(page: Page, task: Task) -> Text:
    if task is None:
        return Text("not there", "dim")
    mark, style = MARKS[task.verdict]
    return Text(page.alphabet.of(f"{mark} {word(task.verdict)}"), style)


def _points(task: Task) -> Text:
    return Text("" if task is None else number(task.points))
