"""The tasks of a course as the columns of a class: their points, whether they count, and when they are seen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

from grader.classroom.policy.course_policy import ALL, Policy, PolicyProblem, Visibility
from grader.classroom.policy.worth import last_moment, utc
from grader.classroom.records import VISIBLE, TaskColumn
from grader.course import Course, UnknownTask
from grader.report import TaskReport
from grader.report.selection import tells_of, to_share

ALWAYS = datetime.min.replace(tzinfo=UTC)


def shown_from(visibility: Visibility, policy: Policy) -> datetime | None:
    """Return the first moment at which students may see what became of a task that waits; None: not yet.

    After the due date means after the last moment at which anybody may hand it in, extensions included.
    """
    if visibility is Visibility.AFTER_DUE_DATE:
        last = last_moment(policy)
        return None if last is None else utc(last) + datetime.resolution
    if visibility is Visibility.AFTER_PUBLISHED:
        return ALWAYS if policy.published else policy.published_at and utc(policy.published_at)
    return None


def is_shown(column: TaskColumn, now: datetime) -> bool:
    """Whether students may see what became of a task at a moment, which has a time zone."""
    return column.visibility == VISIBLE or (column.shown_from is not None and now >= column.shown_from)


def hidden_tasks(columns: Iterable[TaskColumn], now: datetime) -> set[str]:
    """Return the ids of the tasks of which nothing may be shown yet."""
    return {column.id for column in columns if not is_shown(column, now)}


def shown_tasks(tasks: Collection[TaskReport], hidden: Collection[str]) -> list[TaskReport]:
    """Return the tasks that may be shown, each without what its hidden tests keep to themselves."""
    return [
        replace(task, tests=tuple(map(to_share, task.tests)))
        for task in tasks
        if task.id not in hidden and not tells_of(task, hidden)
    ]


def columns_of(course: Course, policy: Policy) -> tuple[TaskColumn, ...]:
    """Return a column for each task of the course, in its order.

    Raises:
        PolicyProblem: the policy names a task or topic that the course does not have, or a date that is missing.
    """
    dropped, bonus = _ids(course, policy, "drop", policy.dropped), _ids(course, policy, "bonus", policy.bonus)
    points, visibility = _points(course, policy), _visibility(course, policy)
    return tuple(
        TaskColumn(
            id=task.id,
            title=task.title,
            max_points=float(points.get(task.id, Fraction(task.points))),
            visibility=visibility[task.id].value,
            counts=task.id not in dropped,
            bonus=task.id in bonus,
            shown_from=shown_from(visibility[task.id], policy),
        )
        for task in course.tasks
    )


@contextmanager
def _in_words(policy: Policy, key: str) -> Iterator[None]:
    try:
        yield
    except UnknownTask as problem:
        raise PolicyProblem(f"{policy.place}: {key}: {problem}") from problem


def _ids(course: Course, policy: Policy, key: str, patterns: Iterable[str]) -> set[str]:
    """Return the ids of the tasks that ids, topics or bare names stand for, none without a pattern."""
    found: set[str] = set()
    for pattern in patterns:
        with _in_words(policy, key):
            found |= {task.id for task in course.select([pattern])}
    return found


def _points(course: Course, policy: Policy) -> Mapping[str, Fraction]:
    found: dict[str, Fraction] = {}
    for name, points in policy.points.items():
        ids = _ids(course, policy, "points", [name])
        if len(ids) > 1:
            raise PolicyProblem(
                f"{policy.place}: points.{name} is a topic: name one of its tasks, as topic.task"
            )
        found |= dict.fromkeys(ids, points)
    return found


def _visibility(course: Course, policy: Policy) -> Mapping[str, Visibility]:
    """Return the visibility of each task: its own, or else that of its topic, or else that of all."""
    of_tasks: dict[str, Visibility] = {}
    for name, visibility in policy.visibility.items():
        if name not in (ALL, *course.slugs):
            of_tasks |= dict.fromkeys(_ids(course, policy, "visibility", [name]), visibility)
    usual = policy.visibility.get(ALL, Visibility.VISIBLE)
    found = {
        task.id: of_tasks.get(task.id, policy.visibility.get(task.topic, usual)) for task in course.tasks
    }
    for task in course.tasks:
        if found[task.id] is Visibility.AFTER_DUE_DATE and last_moment(policy) is None:
            raise PolicyProblem(
                f"{policy.place}: visibility of {task.id} is 'after_due_date', and nothing says when it is due: "
                "add a due date"
            )
    return found
