"""What has been achieved in one course folder, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from grader.report import Verdict

# From the best to the least: what is known of a task is the first of these that it ever had.
RANKING = (
    Verdict.PASS,
    Verdict.FAIL,
    Verdict.FORBIDDEN,
    Verdict.TIMEOUT,
    Verdict.MEMORY,
    Verdict.ERROR,
    Verdict.SKIPPED,
    Verdict.NOT_ATTEMPTED,
)


@dataclass(frozen=True)
class Failure:
    """What the last grading said of a task that did not pass."""

    test: str | None = None  # the name of the test, None for a task that was not tested
    checked: str | None = None
    likely: str | None = None
    mistake: str | None = None  # the name of the known mistake
    next: str | None = None


@dataclass(frozen=True)
class TaskProgress:
    """What is known of one task; times are ISO 8601 with the offset of the place."""

    best: Verdict | None = None
    last: Verdict | None = None
    passed: str | None = None  # when it first passed
    attempts: int = 0  # gradings in which there was something to judge
    failure: Failure | None = None  # of the last grading
    hints: tuple[int, ...] = ()  # that were shown; 0 is the one about the failure
    solution: str | None = None  # when the solution was first shown
    code: str | None = None  # the mark of the code that was graded last; None where that is not known
    passed_code: str | None = None  # of the code that passed last, and has not failed since
    given_up: bool = False  # it was shown before the task had passed

    @property
    def is_passed(self) -> bool:
        """Whether the task passes as it is now."""
        return self.last is Verdict.PASS

    @property
    def ever_passed(self) -> bool:
        """Whether the task has passed at some time."""
        return self.best is Verdict.PASS


@dataclass(frozen=True)
class Progress:
    """What is known of each task, by its id; a task without an entry was never graded."""

    tasks: Mapping[str, TaskProgress] = field(default_factory=dict)

    def of(self, task_id: str) -> TaskProgress:
        """Return what is known of a task, an empty entry if that is nothing."""
        return self.tasks.get(task_id, TaskProgress())

    def changed(self, task_id: str, **changes: object) -> Progress:
        """Return the progress with other values for one task."""
        entry = replace(self.of(task_id), **changes)  # type: ignore[arg-type]
        return Progress({**self.tasks, task_id: entry})
