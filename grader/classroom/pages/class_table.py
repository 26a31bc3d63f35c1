"""Tables of the class page: the map of students and tasks, and each student's share of every topic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from markupsafe import Markup, escape

from grader.classroom.records import ClassResult, Standing, TaskColumn
from grader.render.formatting import share
from grader.render.html.helpers import kind, sign
from grader.report import Verdict

NOTHING = ""  # where nothing was graded


@dataclass(frozen=True)
class Group:
    """The columns of one topic, next to one another."""

    topic: str
    columns: tuple[TaskColumn, ...]


@dataclass(frozen=True)
class Line:
    """One student's row: the standing, and its cells as markup."""

    standing: Standing
    cells: Markup


def topic_of(column: TaskColumn) -> str:
    """The topic's slug: `losses` of `losses.softmax`."""
    return column.id.rpartition(".")[0] or column.id


def groups_of(columns: Iterable[TaskColumn]) -> list[Group]:
    """The columns by topic, in their order."""
    return [Group(topic, tuple(found)) for topic, found in groupby(columns, key=topic_of)]


def lines_of(result: ClassResult) -> list[Line]:
    """A row for each student with a report."""
    groups = groups_of(result.columns)
    return [Line(each, _cells(each, groups)) for each in result.standings if each.report]


def _cells(standing: Standing, groups: Sequence[Group]) -> Markup:
    verdicts = {task.id: task.verdict for task in standing.report.tasks} if standing.report else {}
    return Markup("").join(
        _cell(verdicts.get(column.id), first=place == 0)
        for group in groups
        for place, column in enumerate(group.columns)
    )


@cache
def _cell(verdict: Verdict | None, *, first: bool) -> Markup:
    """One cell; HTML lets us leave out the end tag, and the quotes of a class of one word."""
    classes = " ".join([*([kind(verdict)[0]] if verdict else []), *(["g"] if first else [])])
    words = (
        Markup(' class="{}"').format(classes)
        if " " in classes
        else Markup(f" class={classes}" if classes else "")
    )
    return Markup("<td") + words + Markup(">") + escape(sign(verdict) if verdict else NOTHING)


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
