"""Points that people gave or took: entries are only added, and one is taken back by another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from grader.classroom.gradebook.connection import Connection
from grader.classroom.gradebook.errors import WrongBook
from grader.classroom.gradebook.plain import stored, text_of, time_of, time_text
from grader.classroom.model import Adjustment


@dataclass(frozen=True)
class AdjustmentEntry:
    """An adjustment with its number in the gradebook."""

    number: int
    adjustment: Adjustment
    takes_back: int | None = None  # the number of the entry that this one undoes


def add(connection: Connection, adjustment: Adjustment, takes_back: int | None = None) -> int:
    """Write down an adjustment and return its number."""
    return connection.write(
        "INSERT INTO adjustments (student_id, points, who, at, why, takes_back) VALUES (?, ?, ?, ?, ?, ?)",
        stored(adjustment.student_id), adjustment.points, stored(adjustment.who), time_text(adjustment.when),
        stored(adjustment.why), takes_back,
    )  # fmt: skip


def take_back(connection: Connection, number: int, who: str, why: str, when: datetime) -> int:
    """Write down the entry that undoes another, once; return its number."""
    found = {entry.number: entry for entry in entries(connection)}
    if number not in found:
        raise WrongBook(f"{connection.path} has no adjustment {number}: `grade adjust` lists them")
    for entry in found.values():
        if entry.takes_back == number:
            raise WrongBook(f"adjustment {number} was taken back already, by adjustment {entry.number}")
    taken = found[number].adjustment
    return add(connection, Adjustment(taken.student_id, -taken.points, who, when, why), number)


def entries(connection: Connection, student_id: str | None = None) -> tuple[AdjustmentEntry, ...]:
    """Return the adjustments of a student, or of all, in the order in which they were made."""
    query = "SELECT number, student_id, points, who, at, why, takes_back FROM adjustments"
    if student_id is None:
        rows = connection.rows(f"{query} ORDER BY number")
    else:
        rows = connection.rows(f"{query} WHERE student_id = ? ORDER BY number", stored(student_id))
    return tuple(_entry(row) for row in rows)


def _entry(row: tuple[object, ...]) -> AdjustmentEntry:
    number, student_id, points, who, at, why, takes_back = row
    assert isinstance(number, int) and isinstance(points, float)
    made = Adjustment(text_of(student_id), points, text_of(who), time_of(at), text_of(why))
    return AdjustmentEntry(number, made, takes_back if isinstance(takes_back, int) else None)
