"""Course, topic and task: frozen data; how a person names them, and what can be wrong with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from grader.course.digest import digest_of
from grader.course.suggestions import suggestions


class CourseError(Exception):
    """The course itself is at fault; the message names the file, the value and the remedy."""

    exit_code = 3


class CourseNotFound(CourseError):
    """No course lies beside or inside the grader package; install the wheel or run from a checkout."""


class HandedOut(CourseError):
    """What was asked for needs solutions and hidden tests, which a course for students lacks; use the instructor's."""


class TopicFileError(CourseError):
    """A topic.toml breaks a rule; correct the key that the message names."""

    def __init__(self, file: Path, key: str, fault: str, remedy: str) -> None:
        """Put the four facts into one sentence."""
        super().__init__(f"{file}: {key} {fault}: {remedy}")
        self.file, self.key = file, key


class StubError(CourseError):
    """No stub can be made from a solution; correct its markers at the line that the message names."""

    def __init__(self, file: Path, line: int, fault: str) -> None:
        """Put the place before the fault."""
        super().__init__(f"{file}, line {line}: {fault}")
        self.file, self.line, self.fault = file, line, fault


class UnknownTask(Exception):
    """No task or topic has this name; use one that `grade list` shows."""

    exit_code = 2

    def __init__(
        self, wanted: str, near: tuple[str, ...] = (), fault: str = "is no task and no topic"
    ) -> None:
        """Offer what comes near, or else the list."""
        remedy = f"did you mean {' or '.join(near)}?" if near else "`grade list` shows them all"
        super().__init__(f"{wanted!r} {fault}: {remedy}")
        self.wanted, self.near, self.fault = wanted, near, fault

    def __reduce__(self) -> tuple[type[UnknownTask], tuple[object, ...]]:
        """Keep the text when another process raises it."""
        return type(self), (self.wanted, self.near, self.fault)


class AmbiguousTask(UnknownTask):
    """A bare task name occurs in several topics; put the topic before it."""

    def __init__(
        self, wanted: str, near: tuple[str, ...], fault: str = "is a task of several topics"
    ) -> None:
        """Name every task that is meant."""
        super().__init__(wanted, near, fault)


KINDS = ("exercise", "debug", "test", "experiment", "project")  # code to write, mend, judge by, learn from, combine


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
    kind: str = "exercise"  # one of KINDS
    minutes: int = 0  # that it takes, as the author judges; 0 where nothing is said
    difficulty: int = 0  # 1 to 3; 0 where nothing is said
    tracks: tuple[str, ...] = ()  # ways through the course that it lies on


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
        for topic in self.topics:
            if topic.slug == slug:
                return topic
        raise UnknownTask(slug, self.near_names(slug), "is no topic")

    def task(self, task_id: str) -> Task:
        """Return a task by its full id, or raise UnknownTask."""
        for task in self.tasks:
            if task.id == task_id:
                return task
        raise UnknownTask(task_id, self.near_names(task_id), "is no task")

    @property
    def tracks(self) -> tuple[str, ...]:
        """The names of all ways through the course."""
        return tuple(sorted({track for task in self.tasks for track in task.tracks}))

    def on_track(self, track: str) -> tuple[Topic, ...]:
        """Return the topics of one way through the course, each with the tasks that lie on it."""
        cut = (
            replace(topic, tasks=tuple(task for task in topic.tasks if track in task.tracks)) for topic in self.topics
        )
        return tuple(topic for topic in cut if topic.tasks)

    def select(self, patterns: Iterable[str] = ()) -> tuple[Task, ...]:
        """Return the tasks that the patterns name, in the order of the course; all when there is no pattern.

        A pattern is a task id, a topic slug, or a task name that only one topic has.
        """
        given = list(patterns)
        wanted = {task_id for pattern in given for task_id in self._matching(pattern)}
        return tuple(task for task in self.tasks if task.id in wanted or not given)

    def near_names(self, wanted: str) -> tuple[str, ...]:
        """Return at most three topic slugs and task ids that look like what was typed."""
        spoken = {slug: slug for slug in self.slugs}
        for task in self.tasks:
            spoken.setdefault(task.name.lower(), task.id)
            spoken[task.id.lower()] = task.id
        close = suggestions(wanted, spoken, most=5, cutoff=0.7)
        return tuple(dict.fromkeys(spoken[name] for name in close))[:3]

    def _matching(self, pattern: str) -> tuple[str, ...]:
        named = tuple(task.id for task in self.tasks if pattern in (task.id, task.topic))
        bare = tuple(task.id for task in self.tasks if pattern == task.name)
        if not named and len(bare) > 1:
            raise AmbiguousTask(pattern, bare)
        if not named and not bare:
            raise UnknownTask(pattern, self.near_names(pattern))
        return named or bare

    def stub_file(self, slug: str) -> Path:
        """Where the stub of a topic lies."""
        return self.exercises / slug / f"{slug}.py"

    def lesson(self, slug: str) -> str:
        """Return the README of a topic."""
        return (self.exercises / slug / "README.md").read_text(encoding="utf-8")

    def figures(self, slug: str) -> dict[str, bytes]:
        """Return the figures that the README of a topic shows, by their paths from its folder."""
        folder = self.exercises / slug
        return {f"figures/{file.name}": file.read_bytes() for file in sorted(folder.glob("figures/*.svg"))}

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
