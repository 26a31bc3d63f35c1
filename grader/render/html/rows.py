"""The table of students: score, and what share of each topic's points they have."""

from __future__ import annotations

from dataclasses import dataclass

from grader.classroom.records import ClassResult, Standing
from grader.render.html.heat import groups_of
from grader.render.words import share

SHADES = 5


@dataclass(frozen=True)
class Part:
    """A student's share of a topic's points in whole percent; None where nothing of it was graded."""

    percent: int | None
    shade: int


@dataclass(frozen=True)
class StudentRow:
    """One student."""

    standing: Standing
    percent: int | None  # of the score; None where there is none
    parts: tuple[Part, ...]


def rows_of(result: ClassResult) -> list[StudentRow]:
    """A row for each standing, in the order of the class."""
    return [_row(result, standing) for standing in result.standings]


def _row(result: ClassResult, standing: Standing) -> StudentRow:
    percent = None if standing.grade is None else share(standing.grade, standing.max_score)
    return StudentRow(standing, percent, tuple(_parts(result, standing)))


def _parts(result: ClassResult, standing: Standing) -> list[Part]:
    points = {task.id: task.points for task in standing.report.tasks} if standing.report else None
    parts = []
    for group in groups_of(result.columns):
        counted = [column for column in group.columns if column.counts]
        most = sum(column.max_points for column in counted)
        if points is None or not most:
            parts.append(Part(None, 0))
            continue
        percent = share(sum(points.get(column.id, 0.0) for column in counted), most)
        parts.append(Part(percent, min(SHADES, (percent * SHADES + 99) // 100)))
    return parts
