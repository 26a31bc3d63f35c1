"""From what a person types to tasks and topics, with near matches for what does not exist."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from grader.course.errors import AmbiguousTask, UnknownTask

if TYPE_CHECKING:
    from grader.course.model import Task, Topic


def find_topic(topics: Sequence[Topic], slug: str) -> Topic:
    """Return the topic of this slug, or raise UnknownTask."""
    for topic in topics:
        if topic.slug == slug:
            return topic
    raise UnknownTask(slug, near_names(topics, slug), "is no topic")


def find_task(topics: Sequence[Topic], task_id: str) -> Task:
    """Return the task of this full id, or raise UnknownTask."""
    for task in _tasks(topics):
        if task.id == task_id:
            return task
    raise UnknownTask(task_id, near_names(topics, task_id), "is no task")


def select(topics: Sequence[Topic], patterns: Iterable[str]) -> tuple[Task, ...]:
    """Return the tasks that the patterns name, in the order of the course; all when there is no pattern.

    A pattern is a task id, a topic slug, or a task name that only one topic has.
    """
    given = list(patterns)
    wanted = {task_id for pattern in given for task_id in _matching(topics, pattern)}
    return tuple(task for task in _tasks(topics) if task.id in wanted or not given)


def near_names(topics: Sequence[Topic], wanted: str) -> tuple[str, ...]:
    """Return at most three topic slugs and task ids that look like what was typed."""
    spoken = {topic.slug: topic.slug for topic in topics}
    for task in _tasks(topics):
        spoken.setdefault(task.name.lower(), task.id)
        spoken[task.id.lower()] = task.id
    close = get_close_matches(wanted.lower()[:100], spoken, n=5, cutoff=0.7)
    return tuple(dict.fromkeys(spoken[name] for name in close))[:3]


def _matching(topics: Sequence[Topic], pattern: str) -> tuple[str, ...]:
    tasks = _tasks(topics)
    named = tuple(task.id for task in tasks if pattern in (task.id, task.topic))
    bare = tuple(task.id for task in tasks if pattern == task.name)
    if not named and len(bare) > 1:
        raise AmbiguousTask(pattern, bare)
    if not named and not bare:
        raise UnknownTask(pattern, near_names(topics, pattern))
    return named or bare


def _tasks(topics: Sequence[Topic]) -> list[Task]:
    return [task for topic in topics for task in topic.tasks]
