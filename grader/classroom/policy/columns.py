"""The tasks of a course as the columns of a class: their points, whether they count, and when they are seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction

from grader.classroom.policy.course_policy import ALL, Policy, PolicyProblem, Visibility
from grader.classroom.policy.dates import last_moment
from grader.classroom.policy.visibility import shown_from
from grader.classroom.records import TaskColumn
from grader.course import Course, Task, UnknownTask


def columns_of(course: Course, policy: Policy) -> tuple[TaskColumn, ...]:
    """Return a column for each task of the course, in its order.

    Raises:
        PolicyProblem: the policy names a task or topic that the course does not have, or a date that is missing.
    """
    _check_topics(course, policy)
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
            shown_from=shown_from(visibility[task.id], task.topic, policy),
        )
        for task in course.tasks
    )


@contextmanager
def _in_words(policy: Policy, key: str) -> Iterator[None]:
    try:
        yield
    except UnknownTask as problem:
        raise PolicyProblem(f"{policy.place}: {key}: {problem}") from problem


def _check_topics(course: Course, policy: Policy) -> None:
    for slug in policy.topics:
        with _in_words(policy, "topics"):
            course.topic(slug)
    for student, extension in policy.extensions.items():
        for slug in extension.topics:
            with _in_words(policy, f"extensions.{student}.topics"):
                course.topic(slug)


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
        _check_dates(policy, task, found[task.id])
    return found


def _check_dates(policy: Policy, task: Task, visibility: Visibility) -> None:
    if visibility is Visibility.AFTER_DUE_DATE and last_moment(policy, task.topic) is None:
        raise PolicyProblem(
            f"{policy.place}: visibility of {task.id} is {visibility.value!r}, and nothing says when it is due: "
            f"add a due date, or one for [topics.{task.topic}]"
        )
