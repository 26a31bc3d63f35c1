"""Which task is looked at: what was just saved, and in it what does not pass yet."""

from __future__ import annotations

from collections.abc import Sequence

from grader.course import Task
from grader.learner.task_states import in_turn
from grader.report import Verdict
from grader.watch.state import State

WAITING = (None, Verdict.PASS, Verdict.NOT_ATTEMPTED, Verdict.SKIPPED)


def first_look(state: State, changed: Sequence[str], topic: str | None) -> str | None:
    """Return the task to begin with: in this topic what failed, else what is new there, else what is next to do."""
    tasks = [task for task in state.tasks if task.topic == topic] or list(state.tasks)
    failed = [task.id for task in tasks if state.verdict(task.id) not in WAITING]
    new = [task.id for task in tasks if task.id in changed]
    waiting = [task.id for task in (*in_turn(tasks, state.progress), *in_turn(state.tasks, state.progress))]
    return next(iter((*failed, *new, *waiting, *(task.id for task in tasks))), None)


def following(state: State) -> str | None:
    """Return the task to look at after a grading: where this one passes, another of the same save that does not."""
    if state.current is None or state.verdict(state.current) not in (Verdict.PASS, Verdict.SKIPPED):
        return state.current
    failed = [task.id for task in state.tasks if task.id in state.batch and _failed(state, task)]
    return next(iter(failed), state.current)


def beside(state: State, way: int) -> str | None:
    """Return the next task (`way` 1) or the one before (-1) that does not pass; any task where all pass."""
    ids = [task.id for task in state.tasks]
    open_ = [task_id for task_id in ids if not state.passes(task_id)] or ids
    if not open_ or state.current is None:
        return state.current
    here = ids.index(state.current)
    later = [task_id for task_id in open_ if (ids.index(task_id) - here) * way > 0]
    if way > 0:
        return (later or open_)[0]
    return (later or open_)[-1]


def _failed(state: State, task: Task) -> bool:
    return state.verdict(task.id) not in WAITING
