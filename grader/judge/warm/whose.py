"""Whose doing it is that a grading comes to no end: found out by trying, task by task, and never guessed."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from dataclasses import replace

from grader.course import Course, Task
from grader.intake import Submission
from grader.judge.order import Order, ShardResult
from grader.judge.scoring import untested
from grader.judge.warm.child import Found
from grader.report import Message, TaskReport, Verdict

TRIES = 2  # of what gives no result: the second is another process

Attempt = Callable[[Order], Found]  # one process that grades an order


class Ours(Exception):
    """The reference comes to no end either: this is no doing of the submission."""


def graded(order: Order, attempt: Attempt, course: Course) -> bytes:
    """Return the pickled result of an order.

    Where no process comes to an end of the order, each of its tasks is graded by processes of its own. A task of which
    none comes to an end, while one does with the reference solution in the submission's place, has the verdict
    `error`, so that no submission escapes its verdict by what it does to the grader.

    Raises:
        Ours: the reference comes to no end of a task either.
    """
    found = _tried(order, attempt)
    if found.reason is None:
        return found.data
    results = list(_by_task(order, attempt, course))
    merged = replace(
        results[0], tasks={}, notes=tuple(dict.fromkeys(n for each in results for n in each.notes))
    )
    for result in results:
        merged.tasks.update(result.tasks)
        merged.incomplete = merged.incomplete or result.incomplete
    return pickle.dumps(merged)


def _by_task(order: Order, attempt: Attempt, course: Course) -> Iterator[ShardResult]:
    for task_id in order.task_ids:
        part = replace(order, task_ids=(task_id,))
        found = _tried(part, attempt)
        if found.reason is None:
            yield pickle.loads(found.data)
        else:
            yield _theirs(part, found.reason, attempt, course)


def _tried(order: Order, attempt: Attempt) -> Found:
    for _ in range(TRIES):
        found = attempt(order)
        if found.reason is None:
            break
    return found


def _theirs(order: Order, reason: str, attempt: Attempt, course: Course) -> ShardResult:
    """Return the verdict on a task of which no process came to an end, if one does with the reference."""
    task = course.task(order.task_ids[0])
    file = course.solution_file(task.topic)
    if not file.is_file():
        raise Ours(reason)  # a course for students: nothing can be compared
    reference = Submission({task.topic: file}, "reference")
    found = attempt(replace(order, submission=reference, tells=False))  # nobody looks at the reference
    if found.reason is not None:
        raise Ours(reason)
    result: ShardResult = pickle.loads(found.data)
    if result.incomplete is not None:
        raise Ours(result.incomplete)
    return replace(result, tasks={task.id: _error(task, reason)}, notes=())


def _error(task: Task, reason: str) -> TaskReport:
    got = f"nothing that could be graded: {reason}, which with the reference solution it was not"
    return untested(task, Verdict.ERROR, Message(task.title, "a result", got, next=f"grade hint {task.id}"))
