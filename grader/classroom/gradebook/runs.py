"""Rows of the gradebook as what they are of: a run over a class, and the standing of a student in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from grader.classroom.gradebook.contents import (
    dump,
    get_hand_in,
    get_report,
    load,
    put_hand_in,
    put_report,
    stored,
)
from grader.classroom.gradebook.database import Connection
from grader.classroom.records import Attempt, ClassResult, Standing, TaskColumn
from grader.storage import from_plain


def put_standing(connection: Connection, run: int, place: int, standing: Standing) -> None:
    """Keep one standing of a run, and its place in the order of them."""
    connection.write(
        "INSERT INTO standings VALUES (?, ?, ?, ?, ?)",
        run, place, stored(standing.student.id), standing.score, dump(_facts(connection, standing)),
    )  # fmt: skip


def get_standings(connection: Connection, run: int, *, reports: bool = True) -> tuple[Standing, ...]:
    """Return the standings of a run in their order; without `reports` sooner."""
    rows = connection.rows("SELECT facts FROM standings WHERE run = ? ORDER BY place", run)
    return tuple(_standing(connection, load(facts), reports) for (facts,) in rows)


def _facts(connection: Connection, standing: Standing) -> dict[str, Any]:
    hand_in, report = standing.hand_in, standing.report
    return {
        **vars(standing),
        "hand_in": None if hand_in is None else put_hand_in(connection, hand_in),
        "report": None if report is None else put_report(connection, report),
        "attempts": [
            {**vars(attempt), "hand_in": put_hand_in(connection, attempt.hand_in)} for attempt in standing.attempts
        ],
    }


def _standing(connection: Connection, facts: dict[str, Any], reports: bool) -> Standing:
    hand_in, report = facts["hand_in"], facts["report"] if reports else None
    return replace(
        from_plain({**facts, "hand_in": None, "report": None, "attempts": ()}, Standing),
        hand_in=None if hand_in is None else get_hand_in(connection, hand_in),
        report=None if report is None else get_report(connection, report),
        attempts=tuple(_attempt(connection, attempt) for attempt in facts["attempts"]),
    )


def _attempt(connection: Connection, facts: dict[str, Any]) -> Attempt:
    return Attempt(get_hand_in(connection, facts["hand_in"]), facts["score"], facts["reason"])


@dataclass(frozen=True)
class RunFacts:
    """What is known of a run over a class when it begins."""

    title: str
    seed: int  # of the run, also where each student's own seed follows from it
    started: datetime  # with a time zone
    course_digest: str
    device: str
    sandbox: str
    columns: tuple[TaskColumn, ...]
    seed_per_student: bool = False
    zone: str = ""  # of the course, in which times are shown
    options: Mapping[str, Any] = field(default_factory=dict)  # plain values, for whoever reads the gradebook


@dataclass(frozen=True)
class RunEntry:
    """One run as the gradebook lists it."""

    number: int
    facts: RunFacts
    gradings: int  # of a topic of a hand-in, recorded so far
    finished: datetime | None = None  # None: it was interrupted, or goes on now
    seconds: float = 0.0
    students: int = 0
    graded: int = 0
    cached: int = 0
    notes: tuple[str, ...] = ()


def result_of(entry: RunEntry, standings: tuple[Standing, ...]) -> ClassResult:
    """Return a finished run with its standings."""
    facts = entry.facts
    return ClassResult(
        title=facts.title, run=entry.number, seed=None if facts.seed_per_student else facts.seed, started=facts.started,
        seconds=entry.seconds, course_digest=facts.course_digest, device=facts.device, sandbox=facts.sandbox,
        columns=facts.columns, standings=standings, notes=entry.notes,
        graded=entry.graded, cached=entry.cached, zone=facts.zone,
    )  # fmt: skip


def entry_of(row: tuple[Any, ...]) -> RunEntry:
    """Return a run of its row: number, facts, end, what is known at the end, gradings so far."""
    number, facts, finished, ending, gradings = row
    known = {"number": number, "facts": load(facts), "gradings": gradings, "finished": finished}
    return from_plain(known | (load(ending) if ending is not None else {}), RunEntry)
