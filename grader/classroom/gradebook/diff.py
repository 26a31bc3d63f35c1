"""What changed from one run over a class to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.classroom.records import ClassResult, Outcome, Standing, Student
from grader.report import TaskReport, Verdict


@dataclass(frozen=True)
class TaskChange:
    """One task of a student whose points or verdict changed; None where a run had no such task."""

    id: str
    points_before: float | None
    points_after: float | None
    verdict_before: Verdict | None
    verdict_after: Verdict | None


@dataclass(frozen=True)
class StudentChange:
    """One student who is in both runs and does not stand as before."""

    student: Student
    outcome_before: Outcome
    outcome_after: Outcome
    score_before: float | None  # None: no grade
    score_after: float | None
    tasks: tuple[TaskChange, ...]


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
    both = [(old[key], standing) for key, standing in new.items() if key in old]
    changes = tuple(change for pair in both if (change := _change(*pair)) is not None)
    return ClassDiff(
        before=before.run,
        after=after.run,
        came=tuple(standing.student for key, standing in new.items() if key not in old),
        went=tuple(standing.student for key, standing in old.items() if key not in new),
        changes=changes,
        same=len(both) - len(changes),
    )


def _change(before: Standing, after: Standing) -> StudentChange | None:
    tasks = _task_changes(_tasks(before), _tasks(after))
    if not tasks and (before.outcome, before.grade) == (after.outcome, after.grade):
        return None
    return StudentChange(after.student, before.outcome, after.outcome, before.grade, after.grade, tasks)


def _tasks(standing: Standing) -> dict[str, TaskReport]:
    return {task.id: task for task in standing.report.tasks} if standing.report else {}


def _task_changes(
    before: Mapping[str, TaskReport], after: Mapping[str, TaskReport]
) -> tuple[TaskChange, ...]:
    ids = [*after, *(task_id for task_id in before if task_id not in after)]
    changes = [_task_change(task_id, before.get(task_id), after.get(task_id)) for task_id in ids]
    return tuple(
        change
        for change in changes
        if (change.points_before, change.verdict_before) != (change.points_after, change.verdict_after)
    )


def _task_change(task_id: str, old: TaskReport | None, new: TaskReport | None) -> TaskChange:
    return TaskChange(
        task_id,
        old.points if old else None,
        new.points if new else None,
        old.verdict if old else None,
        new.verdict if new else None,
    )
