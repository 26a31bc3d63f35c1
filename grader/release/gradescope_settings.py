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

from grader.storage import from_plain

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
class Assignment:
    """The due date, of all or of the one student who has it."""

    due_date: str | None = None


@dataclass(frozen=True)
class User:
    """One of those who hand in."""

    id: int | str | None = None
    email: str = ""
    assignment: Assignment | None = None


@dataclass(frozen=True)
class Earlier:
    """A submission before this one."""

    submission_time: str | None = None
    results: dict[str, Any] | None = None


@dataclass(frozen=True)
class Metadata:
    """Who handed in, when, until when there was time, and what came before, as `submission_metadata.json` says it."""

    users: tuple[User, ...] = ()
    created_at: str | None = None
    assignment: Assignment | None = None
    previous_submissions: tuple[Earlier, ...] = ()

    @property
    def students(self) -> tuple[str, ...]:
        """Those who hand in together."""
        return tuple(str(user.id or user.email) for user in self.users)

    @property
    def at(self) -> datetime | None:
        """When it was handed in."""
        return moment(self.created_at)

    @property
    def due(self) -> datetime | None:
        """The due date; the latest one where a student of the group has an extension."""
        assignments = [self.assignment, *(user.assignment for user in self.users)]
        dates = [moment(each.due_date) for each in assignments if each]
        return max(filter(None, dates), default=None)

    @property
    def latest(self) -> dict[str, Any]:
        """The results of the submission before; nothing where there was none, or none that was graded."""
        last = max(self.previous_submissions, key=_time, default=Earlier())
        return last.results or {}


def read_metadata(file: Path) -> Metadata:
    """Read `submission_metadata.json`; empty where there is none, or it is none."""
    try:
        return from_plain(json.loads(file.read_text(encoding="utf-8")), Metadata)
    except (OSError, ValueError):
        return Metadata()


def moment(text: Any) -> datetime | None:
    """The time that a text says, with its zone; None where it says none."""
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


def _time(each: Earlier) -> float:
    found = moment(each.submission_time)
    return found.timestamp() if found else 0.0


DAY = timedelta(days=1)
GRADED = "graded"  # in `extra_data`: the times of this day's gradings
SPENT = "Not graded again: "  # begins the sentence that stands above repeated results


def late_percent(settings: Settings, metadata: Metadata) -> float:
    """How many percent of the points are taken for being late."""
    if not settings.late_percent or metadata.at is None or metadata.due is None:
        return 0.0
    late = metadata.at - metadata.due
    if late <= timedelta(minutes=settings.grace_minutes):
        return 0.0
    return min(100.0, math.ceil(late / DAY) * settings.late_percent)


def visibility(settings: Settings, metadata: Metadata) -> tuple[str, Mapping[str, str]]:
    """The visibility of all and of single tasks; without a due date nothing can wait for it."""

    def possible(name: str) -> str:
        return "after_published" if name == "after_due_date" and metadata.due is None else name

    return possible(settings.visibility), {task: possible(name) for task, name in settings.shown.items()}


def repeated(settings: Settings, metadata: Metadata) -> dict[str, Any] | None:
    """The results of the latest submission once more, if this day's attempts are used up."""
    most, latest, today = settings.attempts_per_day, metadata.latest, graded_today(metadata)
    if most is None or not latest or len(today) < most:
        return None
    again = f"{today[-most] + DAY:%d %b %H:%M %Z}"
    told = f"{SPENT}{most} submissions in 24 hours are graded; the next one from {again} on."
    before = [line for line in str(latest.get("output", "")).split("\n") if not line.startswith(SPENT)]
    return {**latest, "output": "\n".join([told, *before])}


def graded_today(metadata: Metadata) -> list[datetime]:
    """When this learner's work was graded in the last 24 hours; the latest results carry the times with them."""
    extra, now = metadata.latest.get("extra_data"), metadata.at
    times = extra.get(GRADED) if isinstance(extra, dict) else None
    moments = [moment(text) for text in times] if isinstance(times, list) else []
    return [each for each in moments if each and now and now - each < DAY]
