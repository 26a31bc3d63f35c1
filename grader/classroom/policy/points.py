"""What a hand-in is worth under a policy: the points of its tasks, added up exactly, and rounded at the end."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from grader.classroom.policy.course_policy import Direction, Policy, Rounding
from grader.classroom.policy.dates import Lateness, lateness, penalty, utc
from grader.classroom.records import HandIn, TaskColumn
from grader.report import Report, TaskReport

HUNDREDTHS = Rounding(2)  # of a task, as everywhere


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


def worth_of(
    hand_in: HandIn,
    report: Report | None,
    policy: Policy,
    columns: Sequence[TaskColumn],
    all_hand_ins: Sequence[HandIn] = (),
) -> Worth:
    """Return what a hand-in is worth; a file that came unchanged with an earlier one was handed in then."""
    found = []
    for topic in dict.fromkeys(_topic(column) for column in columns if column.counts):
        own = [column for column in columns if column.counts and _topic(column) == topic]
        when = handed_in_at(hand_in, topic, all_hand_ins)
        late = lateness(policy, topic, hand_in.student.id, when, hand_in.late)
        earned, possible = _earned(own, report), possible_points(own)
        found.append(TopicWorth(topic, earned, penalty(policy, late, earned, possible), late))
    earned = sum((topic.earned for topic in found), Fraction(0))
    left = rounded(earned - sum((topic.penalty for topic in found), Fraction(0)), policy.rounding)
    whole = rounded(earned, policy.rounding)
    return Worth(float(whole), float(whole - left), tuple(found))


def possible_points(columns: Sequence[TaskColumn]) -> Fraction:
    """Return the points that there are to earn, without what is dropped or extra."""
    return sum(
        (_exact(column.max_points) for column in columns if column.counts and not column.bonus), Fraction(0)
    )


def rounded(points: Fraction, rounding: Rounding) -> Fraction:
    """Return points rounded to a number of decimals."""
    steps = points * 10**rounding.decimals
    if rounding.direction is Direction.UP:
        whole = math.ceil(steps)
    else:
        whole = math.floor(steps if rounding.direction is Direction.DOWN else steps + Fraction(1, 2))
    return Fraction(whole, 10**rounding.decimals)


def handed_in_at(hand_in: HandIn, topic: str, others: Sequence[HandIn]) -> datetime | None:
    """Return when the file of a topic first came in as it is in this hand-in."""
    content = _content(hand_in, topic)
    if hand_in.submitted_at is None or not content:
        return hand_in.submitted_at
    same = [
        other.submitted_at for other in others if other.submitted_at and _content(other, topic) == content
    ]
    return min((hand_in.submitted_at, *same), key=utc)


def _content(hand_in: HandIn, topic: str) -> frozenset[bytes]:
    return frozenset(file.data for file in hand_in.topic_files() if file.topic == topic)


def _earned(columns: Sequence[TaskColumn], report: Report | None) -> Fraction:
    """Return the points of some tasks: the sum of what the report of the class shows for each."""
    counted = {column.id for column in columns}
    tasks = report.tasks if report else ()
    return sum((_exact(task.points) for task in tasks if task.id in counted), Fraction(0))


def on_scale(report: Report, columns: Sequence[TaskColumn]) -> Report:
    """Return a report with the points that the class gives for each task; what has no column stays as it is."""
    most = {column.id: column.max_points for column in columns}
    if all(task.max_points == most.get(task.id, task.max_points) for task in report.tasks):
        return report
    return replace(report, tasks=tuple(_scaled(task, most.get(task.id, task.max_points)) for task in report.tasks))


def _scaled(task: TaskReport, most: float) -> TaskReport:
    share = _exact(task.points) / _exact(task.max_points) if task.max_points else Fraction(0)
    return replace(task, points=float(rounded(share * _exact(most), HUNDREDTHS)), max_points=most)


@functools.lru_cache(maxsize=1024)
def _exact(number: float) -> Fraction:
    """The number that a person reads: 0.1 is a tenth."""
    return Fraction(str(number))


def _topic(column: TaskColumn) -> str:
    return column.id.rpartition(".")[0]
