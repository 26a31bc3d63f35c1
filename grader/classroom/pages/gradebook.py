"""What a gradebook holds, on a terminal: its runs, what changed between two, and points that people gave or took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.classroom.records import Adjustment, ClassResult, Run, Standing, Student
from grader.render.page import Page
from grader.report import TaskReport
from grader.text.escape import one_line
from grader.text.formatting import MARKS, clock, count, number, word


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
            Text("one for each" if run.seed_per_student else str(run.seed), "dim"),
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
            Text(_signed(each.points), "green" if each.points > 0 else "red"),
            Text(one_line(each.who)),
            Text(clock(each.when, zone), "dim"),
            Text(("" if each.takes_back is None else f"takes back {each.takes_back}: ") + one_line(each.why)),
        ] for each in given),
        right=("no.", "points"),
    )  # fmt: skip
    if len({each.student_id for each in given}) == 1:
        page.line((f"{_signed(sum(each.points for each in given))} in all", "bold"))


def _outcome(run: Run) -> Text:
    if run.finished is None:
        return Text(f"not finished, {count(run.gradings, 'grading')} so far", "yellow")
    return Text(f"{count(run.students, 'student')}: {run.graded} graded, {run.cached} known")


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
