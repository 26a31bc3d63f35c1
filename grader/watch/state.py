"""All that the page of `grade watch` shows, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from grader.course import Course, Task, Topic
from grader.intake import Content
from grader.learner import Progress
from grader.learner.progress_changes import Help
from grader.report import TaskReport, Verdict
from grader.watch.work import Work


class View(StrEnum):
    """What the middle of the page shows."""

    TASK = "task"
    LIST = "list"
    HINT = "hint"
    RESET = "reset"  # the question whether to put the stub back


@dataclass(frozen=True)
class State:
    """What is known, what is done, and what is looked at."""

    course: Course
    path: str  # as it was typed
    seed: int
    of_folder: frozenset[str] = frozenset()  # the topics that the folder has, whether their files are there or not
    progress: Progress = field(default_factory=Progress)
    files: Mapping[str, Content] = field(default_factory=dict)  # the last of each topic that was there
    problems: Mapping[str, str] = field(default_factory=dict)  # by topic: why its file cannot be read
    problem: str | None = None  # with all files
    work: Work = field(default_factory=Work)
    results: Mapping[str, TaskReport] = field(default_factory=dict)  # of this session
    current: str | None = None  # the task that is looked at
    batch: frozenset[str] = frozenset()  # what the last save changed
    view: View = View.TASK
    help: Help | None = None
    starting: frozenset[str] = frozenset()  # topics whose judge gets ready
    said: str | None = None
    seconds: float | None = None  # that the last grading took
    over: bool = False

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks of all topics that have, or had, a file, in the order of the course."""
        return tuple(task for task in self.course.tasks if task.topic in self.files)

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The topics that count: those of the folder, and those that have, or had, a file."""
        return tuple(topic for topic in self.course.topics if topic.slug in {*self.of_folder, *self.files})

    @property
    def open(self) -> int:
        """How many tasks of those topics do not pass; where a file is missing that is all of them."""
        return sum(not self.passes(task.id) for topic in self.topics for task in topic.tasks)

    def verdict(self, task_id: str) -> Verdict | None:
        """Return what was last said of a task; None if that is nothing."""
        result = self.results.get(task_id)
        return result.verdict if result is not None else self.progress.of(task_id).last

    def passes(self, task_id: str) -> bool:
        """Whether a task passes, as far as is known."""
        return self.verdict(task_id) is Verdict.PASS
