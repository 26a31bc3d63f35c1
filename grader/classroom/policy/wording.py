"""Sentences about dates and points, for the instructor and the student alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from grader.classroom.policy.dates import Lateness, percent_of
from grader.classroom.policy.model import Policy
from grader.classroom.policy.points import Worth
from grader.render.words import count, number


def late_notes(policy: Policy, worth: Worth) -> tuple[str, ...]:
    """One sentence for all topics that are equally late, and none for what is in time."""
    groups: dict[Lateness, list[str]] = {}
    for topic in worth.topics:
        if topic.late.units or topic.late.closed:
            groups.setdefault(topic.late, []).append(topic.topic)
    return tuple(
        f"{_named(topics, worth)}handed in {how_late(late)}{_cost(policy, late, topics, worth)}"
        for late, topics in groups.items()
    )


def how_late(late: Lateness) -> str:
    """How late: `2 days 3 hours late`."""
    if late.closed:
        return "after it was closed"
    return f"{spoken(late.by)} late" if late.by else "late, as it is marked"


def spoken(span: timedelta) -> str:
    """A span of time in its two largest units: `2 days 3 hours`."""
    minutes, seconds = divmod(-(-span // timedelta(seconds=1)), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "day"), (hours, "hour"), (minutes, "minute"), (seconds, "second")]
    first = next((at for at, (size, _) in enumerate(parts) if size), 3)
    return " ".join(count(size, unit) for size, unit in parts[first : first + 2] if size) or "0 seconds"


def _named(topics: Sequence[str], worth: Worth) -> str:
    return "" if len(topics) == len(worth.topics) else f"{', '.join(topics)}: "


def _cost(policy: Policy, late: Lateness, topics: Iterable[str], worth: Worth) -> str:
    percent = percent_of(policy, late)
    if not percent:
        return ""
    points = sum(topic.penalty for topic in worth.topics if topic.topic in topics)
    taken = "1 point is" if points == 1 else f"{number(float(points))} points are"
    return f": {taken} taken ({number(float(percent))} %)"
