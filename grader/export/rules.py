"""What the time of a submission changes: points for being late, and how often a day is graded."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from grader.export.metadata import Metadata, moment
from grader.export.settings import Settings

DAY = timedelta(days=1)
GRADED = "graded"  # in `extra_data`: the times of this day's gradings
SPENT = "Not graded again: "  # begins the sentence that stands above repeated results


def late_percent(settings: Settings, metadata: Metadata) -> float:
    """How many percent of the points are taken for being late."""
    if not settings.late_percent or metadata.created_at is None or metadata.due is None:
        return 0.0
    late = metadata.created_at - metadata.due - timedelta(minutes=settings.grace_minutes)
    if late <= timedelta(0):
        return 0.0
    days = math.ceil((metadata.created_at - metadata.due) / DAY)
    return min(100.0, days * settings.late_percent)


def visibility(settings: Settings, metadata: Metadata) -> tuple[str, Mapping[str, str]]:
    """The visibility of all and of single tasks; without a due date nothing can wait for it."""

    def possible(name: str) -> str:
        return "after_published" if name == "after_due_date" and metadata.due is None else name

    return possible(settings.visibility), {task: possible(name) for task, name in settings.shown.items()}


def repeated(settings: Settings, metadata: Metadata) -> dict[str, Any] | None:
    """The results of the latest submission once more, if this day's attempts are used up."""
    most, latest = settings.attempts_per_day, _latest(metadata)
    today = graded_today(metadata)
    if most is None or latest is None or len(today) < most:
        return None
    again = f"{today[-most] + DAY:%d %b %H:%M %Z}"
    told = f"{SPENT}{most} submissions in 24 hours are graded; the next one from {again} on."
    before = [line for line in str(latest.get("output", "")).split("\n") if not line.startswith(SPENT)]
    return {**latest, "output": "\n".join([told, *before])}


def graded_today(metadata: Metadata) -> list[datetime]:
    """When this learner's work was graded in the last 24 hours; the latest results carry the times with them."""
    latest, now = _latest(metadata), metadata.created_at
    extra = latest.get("extra_data") if latest else None
    times = extra.get(GRADED) if isinstance(extra, dict) else None
    moments = [moment(text) for text in times] if isinstance(times, list) else []
    return [each for each in moments if each and now and now - each < DAY]


def _latest(metadata: Metadata) -> Mapping[str, Any] | None:
    return metadata.earlier[-1].results if metadata.earlier else None
