"""What Gradescope says of a submission, read so that nothing it leaves out can stop a grading."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any


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
