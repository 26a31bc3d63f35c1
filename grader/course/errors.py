"""What can be wrong with a course, or with the name of a task."""

from __future__ import annotations

from pathlib import Path


class CourseError(Exception):
    """The course itself is at fault; the message names the file, the value and the remedy."""


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
