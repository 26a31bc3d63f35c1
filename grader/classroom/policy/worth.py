"""When something is due for a student, and how late it is: pure functions of dates, all of them with a time zone."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from grader.classroom.policy.course_policy import Dates, Policy
from grader.classroom.records import HandIn, TaskColumn
from grader.report import Report, TaskReport

NOTHING = timedelta(0)


@dataclass(frozen=True)
class Lateness:
    """How late something was handed in."""

    units: int = 0  # days or hours that had begun
    closed: bool = False  # nothing was accepted any more
    by: timedelta | None = None  # None: only a mark says that it was late


def utc(moment: datetime) -> datetime:
    """Return a moment in the one zone in which differences are true; two local times of one zone only look like it.

    Raises:
        ValueError: it has no time zone.
    """
    if moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} has no time zone: nobody can say whether it is late")
    return moment.astimezone(UTC)


def dates_of(policy: Policy, student_id: str | None = None) -> Dates:
    """Return the dates, for everybody or for one student.

    An extension puts off the due date, and the closing by as much.
    """
    usual, extension = policy.dates, policy.extensions.get(student_id) if student_id is not None else None
    if extension is None or (usual.due is None and usual.closes is None):
        return usual
    if usual.due is None:
        return Dates(None, _later(usual.closes, extension.due))
    due = _later(usual.due, extension.due)
    return Dates(due, usual.closes and usual.closes + (utc(due) - utc(usual.due)))


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None or utc(other) > utc(one) else one


def lateness(
    policy: Policy, student_id: str, submitted_at: datetime | None, marked: bool | None = None
) -> Lateness:
    """Return how late something was handed in.

    Where time or date is missing, a mark counts as one unit, unless this student's dates are others than those that
    whoever marked it knew.
    """
    dates = dates_of(policy, student_id)
    if submitted_at is None or (dates.due is None and dates.closes is None):
        known = dates != dates_of(policy)
        return Lateness(units=1 if marked and not known else 0)
    when, grace = utc(submitted_at), policy.late.grace
    by = when - utc(dates.due) if dates.due else NOTHING
    closed = dates.closes is not None and when > utc(dates.closes) + grace
    units = -(-by // policy.late.unit) if by > grace else 0  # rounded up
    return Lateness(units, closed, by if units or closed else NOTHING)


def percent_of(policy: Policy, late: Lateness) -> Fraction:
    """Return the percentage that is taken: all of it when the topic was closed."""
    if late.closed:
        return Fraction(100)
    return min(policy.late.most, late.units * policy.late.percent)


def penalty(policy: Policy, late: Lateness, earned: Fraction, possible: Fraction) -> Fraction:
    """Return the points that are taken from those that were earned in a topic, never more than there are."""
    base = possible if policy.late.of_possible and not late.closed else earned
    return min(earned, base * percent_of(policy, late) / 100)


def moments_of(policy: Policy, student_id: str) -> list[datetime]:
    """Return the moments after which what a student hands in counts less, the first one first."""
    dates = dates_of(policy, student_id)
    every = {utc(moment) for moment in (dates.due, dates.closes) if moment is not None}
    return sorted(moment + policy.late.grace for moment in every)


def last_moment(policy: Policy) -> datetime | None:
    """Return until when anybody may hand in: the closing, or else the due date, with all extensions."""
    found = [dates_of(policy, student) for student in (None, *policy.extensions)]
    moments: Iterable[datetime] = [moment for dates in found if (moment := dates.closes or dates.due)]
    return max(moments, key=utc, default=None)


@dataclass(frozen=True)
class TopicWorth:
    """What one topic of a hand-in is worth."""

    topic: str
    earned: Fraction
    penalty: Fraction
    late: Lateness


@dataclass(frozen=True)
class Worth:
    """What a hand-in is worth; the numbers are rounded, and their difference is the rounded score."""

    hand_in: HandIn
    report: Report | None  # with the points of the class
    earned: float
    penalty: float
    topics: tuple[TopicWorth, ...]

    @property
    def score(self) -> float:
        """The points that are left."""
        return round(self.earned - self.penalty, 2)

    @property
    def closed(self) -> bool:
        """Whether every topic was closed when this was handed in."""
        return bool(self.topics) and all(topic.late.closed for topic in self.topics)

    @property
    def unreadable(self) -> str | None:
        """Why nothing of it can be graded."""
        return self.hand_in.problem

    @property
    def unfinished(self) -> str | None:
        """Why its grading is not to be relied on: the fault is ours."""
        if self.hand_in.problem is not None:
            return None
        return "it was not graded" if self.report is None else self.report.incomplete


def worth_of(
    hand_in: HandIn,
    report: Report | None,
    policy: Policy,
    columns: Sequence[TaskColumn],
    all_hand_ins: Sequence[HandIn] = (),
) -> Worth:
    """Return what a hand-in is worth; a file that came unchanged with an earlier one was handed in then."""
    found, report = [], report and on_scale(report, columns)
    for topic in dict.fromkeys(column.topic for column in columns if column.counts):
        own = [column for column in columns if column.counts and column.topic == topic]
        when = handed_in_at(hand_in, topic, all_hand_ins)
        late = lateness(policy, hand_in.student.id, when, hand_in.late)
        tasks = {column.id for column in own}
        earned = _total(task.points for task in (report.tasks if report else ()) if task.id in tasks)
        possible = possible_points(own)
        found.append(TopicWorth(topic, earned, penalty(policy, late, earned, possible), late))
    earned = sum((topic.earned for topic in found), Fraction(0))
    left = rounded(earned - sum((topic.penalty for topic in found), Fraction(0)))
    whole = rounded(earned)
    return Worth(hand_in, report, float(whole), float(whole - left), tuple(found))


def possible_points(columns: Sequence[TaskColumn]) -> Fraction:
    """Return the points that there are to earn, without what is dropped or extra."""
    return _total(column.max_points for column in columns if column.counts and not column.bonus)


def rounded(points: Fraction) -> Fraction:
    """Return points in hundredths; a half goes up."""
    return Fraction(math.floor(100 * points + Fraction(1, 2)), 100)


def handed_in_at(hand_in: HandIn, topic: str, others: Sequence[HandIn]) -> datetime | None:
    """Return when the file of a topic first came in as it is in this hand-in."""
    content = _content(hand_in, topic)
    if hand_in.submitted_at is None or not content:
        return hand_in.submitted_at
    same = (each.submitted_at for each in others if each.submitted_at and _content(each, topic) == content)
    return min((hand_in.submitted_at, *same), key=utc)


def _content(hand_in: HandIn, topic: str) -> frozenset[bytes]:
    return frozenset(file.data for file in hand_in.topic_files() if file.topic == topic)


def _total(points: Iterable[float]) -> Fraction:
    return sum(map(_exact, points), Fraction(0))


def on_scale(report: Report, columns: Sequence[TaskColumn]) -> Report:
    """Return a report with the points that the class gives for each task; what has no column stays as it is."""
    most = {column.id: column.max_points for column in columns}
    if all(task.max_points == most.get(task.id, task.max_points) for task in report.tasks):
        return report
    return replace(report, tasks=tuple(_scaled(task, most.get(task.id, task.max_points)) for task in report.tasks))


def _scaled(task: TaskReport, most: float) -> TaskReport:
    share = _exact(task.points) / _exact(task.max_points) if task.max_points else Fraction(0)
    return replace(task, points=float(rounded(share * _exact(most))), max_points=most)


@functools.lru_cache(maxsize=1024)
def _exact(number: float) -> Fraction:
    """The number that a person reads: 0.1 is a tenth."""
    return Fraction(str(number))
