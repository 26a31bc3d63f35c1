"""What to do next, and which tasks are open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from grader.course import Task
from grader.learner.model import Progress
from grader.report import Verdict

UNTRIED = (None, Verdict.NOT_ATTEMPTED, Verdict.SKIPPED)


@dataclass(frozen=True)
class Filters:
    """Which tasks a list shows; without any, all of them."""

    open: bool = False
    passed: bool = False
    failed: bool = False
    topics: Collection[str] = ()

    def chosen(self, tasks: Iterable[Task], progress: Progress) -> tuple[Task, ...]:
        """Return the tasks that one of the states and one of the topics lets through."""
        return tuple(task for task in tasks if self._topic(task) and self._state(task, progress))

    def _topic(self, task: Task) -> bool:
        return not self.topics or task.topic in self.topics

    def _state(self, task: Task, progress: Progress) -> bool:
        entry = progress.of(task.id)
        asked = (
            (self.open, not entry.is_passed),
            (self.passed, entry.is_passed),
            (self.failed, not entry.is_passed and entry.last not in UNTRIED),
        )
        return not any(flag for flag, _ in asked) or any(flag and holds for flag, holds in asked)


def open_needs(task: Task, progress: Progress) -> tuple[str, ...]:
    """Return the tasks that this one builds on and that do not pass yet."""
    return tuple(need for need in task.needs if not progress.of(need).is_passed)


def in_turn(tasks: Sequence[Task], progress: Progress) -> tuple[Task, ...]:
    """Return the open tasks in the order to do them: first those whose needs pass, in the order of the course."""
    waiting = [task for task in tasks if not progress.of(task.id).is_passed]
    return tuple(sorted(waiting, key=lambda task: bool(open_needs(task, progress))))
