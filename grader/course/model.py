"""Course, topic and task: frozen data, read once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.course.digest import digest_of
from grader.course.errors import HandedOut
from grader.course.names import find_task, find_topic, select


@dataclass(frozen=True)
class Task:
    """One function or class that is graded."""

    id: str  # "losses.softmax"
    topic: str  # "losses"
    name: str  # "softmax"
    title: str
    points: int
    needs: tuple[str, ...]  # full ids of the tasks that must pass first
    hints: tuple[str, ...]  # of rising strength
    computes: bool = True  # on tensors, so that it has to do so on any device
    torch: str = ""  # what torch has for it, "torch.softmax"; shown once the task has passed
    differs: str = ""  # one difference worth knowing, to be read after "torch.softmax: "
    hidden: int = 0  # tests that only the instructor has; more than 0 in what `grade release` wrote alone


@dataclass(frozen=True)
class Topic:
    """One module of the course with its tasks, in teaching order."""

    slug: str
    title: str
    order: int
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class Course:
    """All topics, and the folders that hold them."""

    exercises: Path
    solutions: Path
    suites: Path
    datasets: Path
    topics: tuple[Topic, ...]  # sorted by order

    @property
    def slugs(self) -> tuple[str, ...]:
        """The slugs of all topics."""
        return tuple(topic.slug for topic in self.topics)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks of all topics."""
        return tuple(task for topic in self.topics for task in topic.tasks)

    def topic(self, slug: str) -> Topic:
        """Return a topic by its slug, or raise UnknownTask."""
        return find_topic(self.topics, slug)

    def task(self, task_id: str) -> Task:
        """Return a task by its full id, or raise UnknownTask."""
        return find_task(self.topics, task_id)

    def select(self, patterns: Iterable[str] = ()) -> tuple[Task, ...]:
        """Return the tasks that ids, slugs or unique bare names stand for; all without a pattern."""
        return select(self.topics, patterns)

    def stub_file(self, slug: str) -> Path:
        """Where the stub of a topic lies."""
        return self.exercises / slug / f"{slug}.py"

    def solution_file(self, slug: str) -> Path:
        """Where the reference of a topic lies."""
        return self.solutions / f"{slug}.py"

    def reference_file(self, slug: str) -> Path:
        """Where the signatures of a topic are read: its solution, or its stub where that was handed out alone."""
        file = self.solution_file(slug)
        return file if self.has_solution(slug) else self.stub_file(slug)

    def has_solution(self, slug: str) -> bool:
        """Whether the reference of a topic is here; what `grade release` wrote has none."""
        return self.solution_file(slug).is_file()

    def require_solutions(self) -> None:
        """Raise HandedOut where the course is one that students get."""
        if not all(self.has_solution(slug) for slug in self.slugs):
            raise HandedOut(
                "this course was handed out without its solutions and hidden tests: only the instructor's can do this"
            )

    def suite_file(self, task: Task) -> Path:
        """Where the hidden suite of a task lies."""
        return self.suites / task.topic / f"test_{task.name}.py"

    def mistakes_file(self, task: Task) -> Path:
        """Where the known mistakes of a task lie."""
        return self.suites / task.topic / "mistakes" / f"{task.name}.py"

    def digest(self) -> str:
        """Return the sha256 of everything that a grading depends on."""
        return digest_of(self.exercises, self.solutions, self.suites, self.datasets)
