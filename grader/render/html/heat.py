"""The map of students and tasks: a sign in each cell, as little markup as there can be, as it may have 50,000 cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from markupsafe import Markup, escape

from grader.classroom.records import ClassResult, Standing, TaskColumn
from grader.render.html.marks import kind, sign
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
