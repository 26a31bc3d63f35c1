"""Students, hand-ins, standings and the result of a class: frozen data that every part of class grading shares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from grader.report import Report

VISIBLE = "visible"


@dataclass(frozen=True)
class Student:
    """One learner; `ids` holds what other systems call them: canvas, moodle, sis, gradescope, github, login."""

    id: str  # the roster's, or what the layout says; unique in a class and stable from run to run
    name: str = ""
    email: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def named(self) -> str:
        """What they are called in a sentence of the class: "Ada Lovelace (ada)"."""
        return f"{self.name} ({self.id})" if self.name not in ("", self.id) else self.id

    @property
    def called(self) -> str:
        """What they are called on a page: the name, or the id where there is none."""
        return self.name or self.id


class HandedFile(NamedTuple):
    """A topic's file of a hand-in."""

    name: str  # path inside the submission
    topic: str
    suffix: str  # .py or .ipynb
    data: bytes


@dataclass(frozen=True)
class HandIn:
    """One submission as it was handed in: bytes, never a path that somebody could still change."""

    student: Student
    place: str  # where it was found, for a person: "upload.zip/alice_123/losses.py"
    files: Mapping[str, bytes] = field(default_factory=dict)  # path inside the submission -> content
    submitted_at: datetime | None = None  # with a time zone
    late: bool | None = None  # as the layout marks it; None where it says nothing
    attempt: int = 1  # of this student, in the order of handing in
    problem: str | None = None  # why nothing of it can be graded, and what to do: it is `unreadable`
    notes: tuple[str, ...] = ()  # files passed over, names changed; one sentence each
    # path inside the submission -> what its system calls it
    uploads: Mapping[str, str] = field(default_factory=dict)

    def topic_files(self) -> Iterator[HandedFile]:
        """Yield the files by their topics: reading a class has given each the name of its topic."""
        for name, data in self.files.items():
            path = PurePosixPath(name)
            yield HandedFile(name, path.stem.lower(), path.suffix.lower(), data)


@dataclass(frozen=True)
class ClassIntake:
    """All that was found under the paths of a class."""

    hand_ins: tuple[HandIn, ...]
    missing: tuple[Student, ...] = ()  # on the roster, handed in nothing
    unknown: tuple[str, ...] = ()  # hand-ins that fit nobody on the roster; near matches in the sentence
    notes: tuple[str, ...] = ()  # about the whole: files that belong to nobody
    layout: str = ""  # "Canvas download", "folder of folders", for a person


class Outcome(StrEnum):
    """What became of a student's work; each student has exactly one."""

    GRADED = "graded"
    INCOMPLETE = "incomplete"  # our own failure: nobody loses points by it, and a later run takes it up again
    UNREADABLE = "unreadable"  # a broken upload
    MISSING = "missing"  # on the roster, nothing handed in
    UNKNOWN = "unknown"  # handed in by somebody who is not on the roster


@dataclass(frozen=True)
class Adjustment:
    """Points given or taken by a person; its number in the gradebook is left out when two are compared."""

    student_id: str
    points: float
    who: str
    when: datetime
    why: str
    number: int = field(default=0, compare=False)  # in the gradebook


@dataclass(frozen=True)
class Attempt:
    """A hand-in of a student that does not count, and why: an older one, or one that scored less."""

    hand_in: HandIn
    score: float
    reason: str


@dataclass(frozen=True)
class Standing:
    """One student's row in a class."""

    student: Student
    outcome: Outcome
    reason: str  # one sentence: why this outcome, for whoever asks
    max_score: float
    hand_in: HandIn | None = None  # the one that counts
    report: Report | None = None
    earned: float = 0.0  # of the tasks that count, with bonus
    penalty: float = 0.0  # points taken for being late
    adjustments: tuple[Adjustment, ...] = ()
    attempts: tuple[Attempt, ...] = ()  # the others
    notes: tuple[str, ...] = ()
    is_zero: bool = False  # nothing was handed in, and the course has decided that this is 0 points

    @property
    def hand_ins(self) -> tuple[HandIn, ...]:
        """All that was handed in, what counts first."""
        return (self.hand_in, *(each.hand_in for each in self.attempts)) if self.hand_in else ()

    @property
    def adjusted(self) -> float:
        """Points that people gave or took."""
        return sum(adjustment.points for adjustment in self.adjustments)

    @property
    def score(self) -> float:
        """What was earned, less what was taken for being late, with what people gave or took; never below zero."""
        return max(0.0, round(self.earned - self.penalty + self.adjusted, 2))

    @property
    def grade(self) -> float | None:
        """The points that go into every gradebook; None as long as neither a grading nor a person has decided.

        Points by hand decide where nothing was handed in, or nothing that can be read; not where a grading is still
        to be made.
        """
        graded = self.outcome in (Outcome.GRADED, Outcome.UNKNOWN) and self.report is not None
        by_hand = self.outcome in (Outcome.MISSING, Outcome.UNREADABLE) and bool(self.adjusted)
        return self.score if graded or by_hand or self.is_zero else None


@dataclass(frozen=True)
class TaskColumn:
    """One task as a column of the class."""

    id: str
    title: str
    max_points: float
    visibility: str = VISIBLE  # visible, hidden, after_due_date, after_published
    counts: bool = True  # False: dropped
    bonus: bool = False  # adds to the score, not to its maximum
    shown_from: datetime | None = None  # of a task that waits: when students see it; None: not yet

    @property
    def topic(self) -> str:
        """The topic's slug: `losses` of `losses.softmax`."""
        return self.id.rpartition(".")[0] or self.id


@dataclass(frozen=True)
class Run:
    """One run over a class: what is known when it begins, and from `number` on what becomes of it."""

    title: str
    seed: int
    started: datetime  # with a time zone
    course_digest: str
    device: str
    sandbox: str
    columns: tuple[TaskColumn, ...]
    zone: str = ""  # of the course, in which times are shown
    options: Mapping[str, Any] = field(default_factory=dict)  # plain values, for whoever reads the gradebook
    number: int = 0  # in the gradebook
    gradings: int = 0  # of a topic of a hand-in, recorded so far
    finished: datetime | None = None  # None: it was interrupted, or goes on now
    seconds: float = 0.0
    students: int = 0
    graded: int = 0  # gradings of a topic that it made
    cached: int = 0  # gradings of a topic that were known from before
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClassResult(Run):
    """A finished run with how everybody stands, for whoever renders it."""

    standings: tuple[Standing, ...] = ()  # sorted by student
