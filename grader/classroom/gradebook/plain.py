"""Values as a database keeps them, and back without loss."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from grader.classroom.model import Adjustment, Student, TaskColumn


def dump(value: object) -> str:
    """The value as JSON in ASCII, so that any name that a file system allows survives."""
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


def load(text: object) -> Any:
    """The value of a text that `dump` wrote."""
    return json.loads(str(text))


def stored(text: str) -> str | bytes:
    """A text as a column takes it: bytes where it has characters that UTF-8 cannot carry."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def text_of(value: object) -> str:
    """The text that `stored` made a column's value of."""
    return value.decode("utf-8", "surrogatepass") if isinstance(value, bytes) else str(value)


def time_text(time: datetime) -> str:
    """A moment with its offset; the name of its zone is not kept.

    Raises:
        ValueError: it has no time zone.
    """
    if time.utcoffset() is None:
        raise ValueError(f"{time} has no time zone: say which one is meant")
    return time.isoformat()


def maybe_time(value: object) -> datetime | None:
    """The moment of a text, None for none."""
    return None if value is None else datetime.fromisoformat(str(value))


def time_of(value: object) -> datetime:
    """The moment of a text that `time_text` wrote."""
    return datetime.fromisoformat(str(value))


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def student_facts(student: Student) -> dict[str, Any]:
    """A student as plain values."""
    return {"id": student.id, "name": student.name, "email": student.email, "ids": dict(student.ids)}


def student_of(facts: Mapping[str, Any]) -> Student:
    """The student of plain values."""
    return Student(**facts)


def adjustment_facts(adjustment: Adjustment) -> dict[str, Any]:
    """An adjustment as plain values."""
    return {**vars(adjustment), "when": time_text(adjustment.when)}


def adjustment_of(facts: Mapping[str, Any]) -> Adjustment:
    """The adjustment of plain values."""
    return Adjustment(**{**facts, "when": time_of(facts["when"])})


def column_facts(column: TaskColumn) -> dict[str, Any]:
    """A column as plain values."""
    return {**vars(column), "shown_from": column.shown_from and time_text(column.shown_from)}


def column_of(facts: Mapping[str, Any]) -> TaskColumn:
    """The column of plain values."""
    return TaskColumn(**{**facts, "shown_from": maybe_time(facts.get("shown_from"))})
