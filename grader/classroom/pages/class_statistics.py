"""Statistics of a class: what was hard, which mistakes were made most, and what an instructor has to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import attrgetter

from markupsafe import Markup

from grader.classroom.records import ClassResult, Outcome, Standing, Student, TaskColumn
from grader.render.html.markup import kind, sign
from grader.report import WAITING, TaskReport, Verdict
from grader.text.formatting import share


@dataclass(frozen=True)
class Passed:
    """How many of those who were graded pass something, and how many of them tried."""

    task: str
    title: str
    passed: int
    tried: int
    graded: int


@dataclass(frozen=True)
class KnownMistake:
    """One named mistake, and who made it."""

    task: str
    name: str
    sentence: str
    students: tuple[Student, ...]


def graded(result: ClassResult) -> list[Standing]:
    """The standings that have a score to count with."""
    return [each for each in result.standings if each.outcome is Outcome.GRADED and each.report is not None]


def hardest_tasks(result: ClassResult) -> list[Passed]:
    """Every task that somebody has not got right, the hardest first; one not attempted counts as not right."""
    titles = {column.id: column.title for column in result.columns}
    found: dict[str, list[Verdict]] = {}
    for task in _tasks(result):
        found.setdefault(task.id, []).append(task.verdict)
    rows = [
        Passed(
            task=task,
            title=titles.get(task, ""),
            passed=sum(verdict.is_right for verdict in given),
            tried=sum(verdict not in WAITING for verdict in given),
            graded=len(given),
        )
        for task, given in found.items()
    ]
    hard = [row for row in rows if row.passed < row.graded]
    return sorted(hard, key=lambda row: (row.passed / row.graded, row.task))


def mistakes(result: ClassResult) -> list[KnownMistake]:
    """The named mistakes, the most frequent first; a student counts once for each."""
    students: dict[tuple[str, str], dict[str, Student]] = {}
    sentences: dict[tuple[str, str], str] = {}
    for standing in graded(result):
        tests = ((task, test) for task in (standing.report.tasks if standing.report else ()) for test in task.tests)
        for task, test in tests:
            message = test.message
            if message and message.mistake and test.verdict is not Verdict.PASS:
                key = task.id, message.mistake
                students.setdefault(key, {})[standing.student.id] = standing.student
                sentences[key] = message.cause or message.mistake
    rows = [KnownMistake(*key, sentences[key], tuple(who.values())) for key, who in students.items()]
    return sorted(rows, key=lambda row: (-len(row.students), row.task, row.name))


def _tasks(result: ClassResult) -> Iterator[TaskReport]:
    for standing in graded(result):
        if standing.report:
            yield from standing.report.tasks


def not_graded(result: ClassResult) -> list[Standing]:
    """The standings without a final score, by outcome."""
    order = list(Outcome)
    others = [each for each in result.standings if each.outcome is not Outcome.GRADED]
    return sorted(others, key=lambda each: order.index(each.outcome))


@dataclass(frozen=True)
class Group:
    """The columns of one topic, next to one another."""

    topic: str
    columns: tuple[TaskColumn, ...]


def groups_of(columns: Iterable[TaskColumn]) -> list[Group]:
    """The columns by topic, in their order."""
    return [Group(topic, tuple(found)) for topic, found in groupby(columns, key=attrgetter("topic"))]


def cells_of(standing: Standing, groups: Sequence[Group]) -> Markup:
    """A student's row in the map of tasks, as markup."""
    verdicts = {task.id: task.verdict for task in standing.report.tasks} if standing.report else {}
    return Markup("").join(
        _cell(verdicts.get(column.id), first=place == 0)
        for group in groups
        for place, column in enumerate(group.columns)
    )


@cache
def _cell(verdict: Verdict | None, *, first: bool) -> Markup:
    """One cell; HTML lets us leave out the end tag."""
    classes = " ".join([*([kind(verdict)[0]] if verdict else []), *(["g"] if first else [])])
    return Markup('<td class="{}">{}').format(classes, sign(verdict) if verdict else "")


SHADES = 5


def share_of(standing: Standing, group: Group) -> tuple[int | None, int]:
    """A student's share of the points of a topic in whole percent, None where nothing was graded; and its shade."""
    most = {column.id: column.max_points for column in group.columns if column.counts}
    possible = sum(most.values())
    if standing.report is None or not possible:
        return None, 0
    percent = share(sum(task.points for task in standing.report.tasks if task.id in most), possible)
    return percent, min(SHADES, (percent * SHADES + 99) // 100)
