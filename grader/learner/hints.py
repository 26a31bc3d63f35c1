"""Which hint comes next: first what is known of the failure, then the general ones of rising strength."""

from __future__ import annotations

from dataclasses import dataclass

from grader.course import Task
from grader.learner.model import Failure, TaskProgress
from grader.learner.step import ABOUT_THE_FAILURE


@dataclass(frozen=True)
class Help:
    """What one call of `grade hint` shows."""

    failure: Failure | None  # what went wrong, if that is to be shown
    advice: str | None  # on the named mistake, where its author gave some
    number: int | None  # of the general hint, if one is to be shown
    left: bool  # whether a stronger hint is there

    @property
    def shown(self) -> tuple[int, ...]:
        """The numbers to remember."""
        about = () if self.failure is None else (ABOUT_THE_FAILURE,)
        return about if self.number is None else (*about, self.number)


def picked(task: Task, number: int) -> Help:
    """Return the general hint of this number."""
    return Help(None, None, number, number < len(task.hints))


def following(task: Task, entry: TaskProgress, advice: str | None = None) -> Help:
    """Return what is to be shown next: a failure first, alone where a known mistake explains it.

    Args:
        task: what the hints are for.
        entry: the failure of the last grading, and the hints that were shown since.
        advice: on the named mistake of that failure.
    """
    last = len(task.hints)
    number = next((each for each in range(1, last + 1) if each not in entry.hints), last)
    if entry.failure is None or ABOUT_THE_FAILURE in entry.hints:
        return Help(None, None, number, number < last)
    if entry.failure.mistake is not None:
        return Help(entry.failure, advice, None, True)
    return Help(entry.failure, None, number, number < last)
