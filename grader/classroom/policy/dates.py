"""When something is due for a student, and how late it is: pure functions of dates, all of them with a time zone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from grader.classroom.policy.course_policy import Dates, Extension, Policy

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


def dates_of(policy: Policy, topic: str, student_id: str | None = None) -> Dates:
    """Return the dates of a topic, for everybody or for one student.

    An extension puts off the due date, and the closing of the topic by as much.
    """
    usual = policy.topics.get(topic, policy.dates)
    moved = _moved(policy.extensions.get(student_id) if student_id is not None else None, topic)
    if moved is None or (usual.due is None and usual.closes is None):
        return usual
    if usual.due is None:
        return Dates(None, _later(usual.closes, moved))
    due = _later(usual.due, moved)
    return Dates(due, usual.closes and usual.closes + (utc(due) - utc(usual.due)))


def _moved(extension: Extension | None, topic: str) -> datetime | None:
    return extension.topics.get(topic, extension.due) if extension else None


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None or utc(other) > utc(one) else one


def lateness(
    policy: Policy, topic: str, student_id: str, submitted_at: datetime | None, marked: bool | None = None
) -> Lateness:
    """Return how late a topic was handed in.

    Where time or date is missing, a mark counts as one unit, unless this student's dates are others than those that
    whoever marked it knew.
    """
    dates = dates_of(policy, topic, student_id)
    if submitted_at is None or (dates.due is None and dates.closes is None):
        known = dates != dates_of(policy, topic)
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


def moments_of(policy: Policy, topics: Iterable[str], student_id: str) -> list[datetime]:
    """Return the moments after which some topic of a student counts less, the first one first."""
    dates = [dates_of(policy, topic, student_id) for topic in topics]
    every = {utc(moment) for each in dates for moment in (each.due, each.closes) if moment is not None}
    return sorted(moment + policy.late.grace for moment in every)


def last_moment(policy: Policy, topic: str) -> datetime | None:
    """Return until when anybody may hand a topic in: its closing, or else its due date, with all extensions."""
    found = [dates_of(policy, topic, student) for student in (None, *policy.extensions)]
    moments: Iterable[datetime] = [moment for dates in found if (moment := dates.closes or dates.due)]
    return max(moments, key=utc, default=None)
