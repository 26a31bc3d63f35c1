"""What an instructor decides for Gradescope, what Gradescope says of a submission, and what follows for its points."""

from __future__ import annotations

import hashlib
import json
import math
import secrets
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

EACH, FRESH = "each", "fresh"
LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True)
class Settings:
    """The choices of one assignment."""

    title: str = "torchgrade"
    tasks: tuple[str, ...] = ()  # ids and topics; all of the course if empty
    points: float | None = None  # what the assignment is worth; None: what its tasks are worth
    seed: int = 0
    seeds: str = (
        ""  # "": the same inputs for everybody; "each": others for each student; "fresh": in each run
    )
    visibility: str = "visible"
    shown: Mapping[str, str] = field(default_factory=dict)  # visibility of single tasks and topics
    late_percent: float = 0.0  # of the points, for each day begun after the due date
    grace_minutes: float = 0.0
    attempts_per_day: int | None = None
    minutes: float = 10.0  # that Gradescope gives a run
    sandbox: str = "auto"
    jobs: int = 1
    needs: bool = True  # a task that fails is skipped while a task that it builds on has not passed

    def seed_for(self, students: Collection[str]) -> int:
        """The seed of a run for these students, who hand in together."""
        if self.seeds == FRESH:
            return secrets.randbits(31)
        if self.seeds == EACH:
            text = json.dumps([self.seed, sorted(students)])
            return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1
        return self.seed


def to_text(settings: Settings) -> str:
    """The settings as JSON that a person may edit."""
    return json.dumps(asdict(settings), indent=2) + "\n"


def from_text(text: str) -> Settings:
    """The settings that were exported.

    Raises:
        ValueError: they are none.
    """
    values = json.loads(text)
    try:
        return Settings(**{**values, "tasks": tuple(values.get("tasks", ()))})
    except TypeError as problem:
        raise ValueError(f"settings.json: {problem}") from None


@dataclass(frozen=True)
class Earlier:
    """A submission before this one."""

    at: datetime | None
    results: Mapping[str, Any] | None  # of the latest only


@dataclass(frozen=True)
class Metadata:
    """Who handed in, when, until when there was time, and what came before."""

    students: tuple[str, ...] = ()
    created_at: datetime | None = None
    due: datetime | None = None
    earlier: tuple[Earlier, ...] = ()  # the latest last


def read_metadata(file: Path) -> Metadata:
    """Read `submission_metadata.json`; empty where there is none, or it is none."""
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Metadata()
    users = _tables(_table(values).get("users"))
    earlier = [_earlier(each) for each in _tables(_table(values).get("previous_submissions"))]
    return Metadata(
        tuple(str(user.get("id", user.get("email", ""))) for user in users),
        moment(_table(values).get("created_at")),
        _due(_table(values), users),
        tuple(sorted(earlier, key=lambda each: each.at.timestamp() if each.at else 0.0)),
    )


def moment(text: Any) -> datetime | None:
    """The time that a text says, with its zone; None where it says none."""
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


def _due(values: Mapping[str, Any], users: list[Mapping[str, Any]]) -> datetime | None:
    """The due date; the latest one where a student of the group has an extension."""
    own = [moment(_table(user.get("assignment")).get("due_date")) for user in users]
    dates = [moment(_table(values.get("assignment")).get("due_date")), *own]
    return max((date for date in dates if date), default=None)


def _earlier(values: Mapping[str, Any]) -> Earlier:
    results = values.get("results")
    return Earlier(
        moment(values.get("submission_time")),
        results if isinstance(results, dict) and results else None,
    )


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _tables(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


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
