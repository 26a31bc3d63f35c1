"""What can happen while somebody watches, and what is to be done about it: plain data."""

from __future__ import annotations

from dataclasses import dataclass

from grader.intake import Content
from grader.learner import TaskProgress
from grader.learner.code_files import Reading
from grader.learner.progress_changes import Help
from grader.report import Report, TaskReport


@dataclass(frozen=True)
class Read:
    """The files were read, at the start or as one of them changed."""

    reading: Reading
    first: str | None = None  # the topic to begin with


@dataclass(frozen=True)
class Starting:
    """A judge of a topic gets ready."""

    topic: str


@dataclass(frozen=True)
class Ready:
    """A judge of a topic has got ready, or has failed to."""

    topic: str
    seconds: float = 0.0  # that it took


@dataclass(frozen=True)
class Graded:
    """A grading ended; its report holds this one task."""

    task_id: str
    mark: str
    report: Report
    when: str  # as people write it, for the progress


@dataclass(frozen=True)
class Meanwhile:
    """A grading that still goes on has found out something of its task, or has to begin once more."""

    task_id: str
    mark: str
    task: TaskReport | None  # None: nothing is known any more
    named: bool = False  # whether the known mistakes have been tried


@dataclass(frozen=True)
class GivenUp:
    """A grading was given up, as its code was gone."""

    task_id: str


@dataclass(frozen=True)
class Faulted:
    """The grader failed at a task, by a fault of its own."""

    task_id: str
    mark: str
    reason: str


@dataclass(frozen=True)
class Pressed:
    """A key was pressed."""

    key: str


@dataclass(frozen=True)
class Hinted:
    """A hint was looked up."""

    task_id: str
    help: Help


@dataclass(frozen=True)
class Said:
    """Something is to be said in one sentence."""

    text: str


@dataclass(frozen=True)
class Tick:
    """Time has gone by."""


@dataclass(frozen=True)
class Stop:
    """It is to end: by Ctrl-C, or because the terminal has gone."""


Event = (
    Read | Starting | Ready | Meanwhile | Graded | GivenUp | Faulted | Pressed | Hinted | Said | Tick | Stop
)  # fmt: skip


@dataclass(frozen=True)
class Grade:
    """Grade one task of a file as it was read."""

    task_id: str
    mark: str
    content: Content
    needs: tuple[TaskReport, ...] = ()  # how the tasks stand that it builds on


@dataclass(frozen=True)
class GiveUp:
    """Give up the grading that is under way."""


@dataclass(frozen=True)
class Warm:
    """Let a judge of a topic get ready."""

    topic: str


@dataclass(frozen=True)
class Keep:
    """Remember a grading, and the mark of the code that it is about."""

    report: Report
    task_id: str
    mark: str
    when: str


@dataclass(frozen=True)
class LookUpHint:
    """Look up the next hint of a task."""

    task_id: str
    entry: TaskProgress


@dataclass(frozen=True)
class PutBack:
    """Put the stub of a task back."""

    task_id: str


Effect = Grade | GiveUp | Warm | Keep | LookUpHint | PutBack
