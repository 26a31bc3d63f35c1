"""The standings of a run in the gradebook: each comes out equal to what was put in."""

from __future__ import annotations

from typing import Any

from grader.classroom.gradebook.connection import Connection
from grader.classroom.gradebook.hand_ins import get_hand_in, put_hand_in
from grader.classroom.gradebook.origin import note_origin
from grader.classroom.gradebook.plain import (
    adjustment_facts,
    adjustment_of,
    dump,
    load,
    stored,
    student_facts,
    student_of,
)
from grader.classroom.gradebook.reports import get_report, put_report
from grader.classroom.model import Attempt, Outcome, Standing


def put_standing(connection: Connection, run: int, place: int, standing: Standing) -> None:
    """Keep one standing of a run, and its place in the order of them."""
    connection.write(
        "INSERT INTO standings VALUES (?, ?, ?, ?, ?)",
        run, place, stored(standing.student.id), standing.score, dump(_facts(connection, standing)),
    )  # fmt: skip


def get_standings(connection: Connection, run: int) -> tuple[Standing, ...]:
    """Return the standings of a run in their order."""
    rows = connection.rows("SELECT facts FROM standings WHERE run = ? ORDER BY place", run)
    return tuple(_standing(connection, str(facts)) for (facts,) in rows)


def _facts(connection: Connection, standing: Standing) -> dict[str, Any]:
    hand_in, report = standing.hand_in, standing.report
    return {
        "student": student_facts(standing.student),
        "outcome": standing.outcome.value,
        "reason": standing.reason,
        "max_score": standing.max_score,
        "hand_in": None if hand_in is None else put_hand_in(connection, hand_in),
        "report": None if report is None else put_report(connection, report),
        "earned": standing.earned,
        "penalty": standing.penalty,
        "adjustments": [adjustment_facts(adjustment) for adjustment in standing.adjustments],
        "attempts": [
            {
                "hand_in": put_hand_in(connection, attempt.hand_in),
                "score": attempt.score,
                "reason": attempt.reason,
            }
            for attempt in standing.attempts
        ],
        "notes": list(standing.notes),
        "is_zero": standing.is_zero,
    }


def _standing(connection: Connection, text: str) -> Standing:
    standing = _read(connection, load(text))
    note_origin(standing, text)
    return standing


def _read(connection: Connection, facts: dict[str, Any]) -> Standing:
    hand_in, report = facts["hand_in"], facts["report"]
    return Standing(
        student=student_of(facts["student"]),
        outcome=Outcome(facts["outcome"]),
        reason=facts["reason"],
        max_score=facts["max_score"],
        hand_in=None if hand_in is None else get_hand_in(connection, hand_in),
        report=None if report is None else get_report(connection, report),
        earned=facts["earned"],
        penalty=facts["penalty"],
        adjustments=tuple(map(adjustment_of, facts["adjustments"])),
        attempts=tuple(_attempt(connection, attempt) for attempt in facts["attempts"]),
        notes=tuple(facts["notes"]),
        is_zero=facts.get("is_zero", False),
    )


def _attempt(connection: Connection, facts: dict[str, Any]) -> Attempt:
    return Attempt(get_hand_in(connection, facts["hand_in"]), facts["score"], facts["reason"])
