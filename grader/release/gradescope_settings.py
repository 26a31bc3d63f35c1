"""What an instructor decides for Gradescope, what Gradescope says of a submission, and what follows for its points."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from grader.storage import from_plain


@dataclass(frozen=True)
class Settings:
    """The choices of one assignment."""

    title: str = "torchgrade"
    tasks: tuple[str, ...] = ()  # ids and topics; all of the course if empty
    points: float | None = None  # what the assignment is worth; None: what its tasks are worth
    seed: int = 0
    visibility: str = "visible"
    shown: Mapping[str, str] = field(default_factory=dict)  # visibility of single tasks and topics
    late_percent: float = 0.0  # of the points, for each day begun after the due date
    grace_minutes: float = 0.0
    minutes: float = 10.0  # that Gradescope gives a run
    sandbox: str = "auto"
    jobs: int = 1
    needs: bool = True  # a task that fails is skipped while a task that it builds on has not passed


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

    assignment: Assignment | None = None


@dataclass(frozen=True)
class Metadata:
    """When it was handed in, and until when there was time, as `submission_metadata.json` says it."""

    users: tuple[User, ...] = ()
    created_at: str | None = None
    assignment: Assignment | None = None

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


DAY = timedelta(days=1)


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
