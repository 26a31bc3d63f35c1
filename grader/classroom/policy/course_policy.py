"""What a course has decided about dates, points and visibility, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from grader.course.suggestions import did_you_mean


class PolicyProblem(ValueError):
    """A course.toml cannot be used; the message names the key, the value and the remedy."""

    exit_code = 2


ALL = "all"  # in `visibility`: whatever is not named


class Counts(StrEnum):
    """Which of a student's hand-ins counts."""

    LAST = "last"
    BEST = "best"
    FIRST = "first"


class Visibility(StrEnum):
    """When students see what became of a task; the words are Gradescope's."""

    VISIBLE = "visible"
    HIDDEN = "hidden"
    AFTER_DUE_DATE = "after_due_date"
    AFTER_PUBLISHED = "after_published"


@dataclass(frozen=True)
class Dates:
    """When something is due, and from when on it is not accepted; each has a time zone, None is no such date."""

    due: datetime | None = None
    closes: datetime | None = None


@dataclass(frozen=True)
class Late:
    """What being late costs; the units are counted from the due date, and one that has begun counts whole."""

    percent: Fraction = Fraction(0)  # of the points of a topic, for each unit
    unit: timedelta = timedelta(days=1)  # a day is 24 hours, also when the clocks change
    most: Fraction = Fraction(100)  # percent
    grace: timedelta = timedelta(0)  # after a date, in which nothing is late
    of_possible: bool = False  # of the points that there were to earn, not of those that were earned


@dataclass(frozen=True)
class Extension:
    """A later date for one student; it never makes anything earlier."""

    due: datetime
    why: str = ""


@dataclass(frozen=True)
class Policy:
    """Everything that a course decides; without a course.toml nothing is due and everything counts."""

    place: str = "course.toml"  # the file, for messages
    title: str = ""
    zone: str = ""  # in which times are written and shown; without one they are shown in UTC
    dates: Dates = Dates()
    late: Late = Late()
    counts: Counts = Counts.LAST
    dropped: tuple[str, ...] = ()  # tasks, or topics whole
    bonus: tuple[str, ...] = ()
    points: Mapping[str, Fraction] = field(default_factory=dict)  # of a task, in place of its topic.toml's
    visibility: Mapping[str, Visibility] = field(default_factory=dict)  # of a task, a topic, or ALL
    missing_is_zero: bool = False  # else who handed in nothing has no grade
    needs: bool = True  # who fails a task is told to mend first what it builds on; else each is judged on its own
    published: bool = False
    published_at: datetime | None = None
    seed: int | None = None  # of the run; None: drawn
    extensions: Mapping[str, Extension] = field(default_factory=dict)  # by the student's id


SEEDS = 2**63  # all of them fit into a column of the gradebook


def extensions_of_nobody(policy: Policy, student_ids: Iterable[str]) -> tuple[str, ...]:
    """Return one sentence for each extension whose id no student of the class has."""
    known = sorted(student_ids)
    near = {student: did_you_mean(student, known, "") for student in policy.extensions if student not in known}
    return tuple(
        f"{policy.place}: extensions.{student} is nobody of this class{question and f': {question}'}"
        for student, question in near.items()
    )
