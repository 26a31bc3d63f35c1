"""Runs over a class in the gradebook, with the standing of each student: begun, finished, never written over."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from grader.classroom.gradebook.contents import (
    dump,
    get_hand_in,
    get_report,
    load,
    now,
    put_hand_in,
    put_report,
    stored,
    text_of,
    time_text,
)
from grader.classroom.gradebook.database import Connection, WrongBook
from grader.classroom.records import Attempt, ClassResult, Standing, TaskColumn
from grader.storage import from_plain

AT_ONCE = 16  # standings that are one change
_ENTRIES = """SELECT number, facts, finished, ending,
    (SELECT count(*) FROM gradings WHERE gradings.run = runs.number) FROM runs"""


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


def digests_of(connection: Connection, run: int) -> dict[str, str]:
    """Return a digest of each standing of a run by the student's id: equal ones are of equal standings."""
    rows = connection.rows("SELECT student_id, facts FROM standings WHERE run = ?", run)
    return {text_of(student): hashlib.sha256(str(facts).encode()).hexdigest() for student, facts in rows}


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


def begin(connection: Connection, facts: RunFacts) -> int:
    """Write down a new run and return its number."""
    started = time_text(facts.started)
    return connection.write("INSERT INTO runs (started, facts) VALUES (?, ?)", started, dump(facts))


def finish(
    connection: Connection, run: int, standings: tuple[Standing, ...], ending: Mapping[str, Any]
) -> None:
    """Write down how a run ended, with its standings.

    A few standings are one change, which waits for the disk once, so that other graders wait for no more than the
    writing of these few; until the last change the run is not finished, and nobody reads them.
    """
    refuse_finished(connection, run)
    with connection.change():
        connection.write("DELETE FROM standings WHERE run = ?", run)  # of a time when it was broken off here
    for first in range(0, len(standings), AT_ONCE):
        few = standings[first : first + AT_ONCE]
        with connection.change():
            for place, standing in enumerate(few, first):
                put_standing(connection, run, place, standing)
    text = dump({**ending, "students": len(standings)})
    with connection.change():
        connection.write(
            "UPDATE runs SET finished = ?, ending = ? WHERE number = ?", time_text(now()), text, run
        )


def refuse_finished(connection: Connection, run: int) -> None:
    """Let nobody write into a run that is finished.

    Raises:
        ValueError: it is.
        WrongBook: there is no such run.
    """
    rows = connection.rows("SELECT finished FROM runs WHERE number = ?", run)
    if not rows:
        raise no_such_run(connection, run)
    if rows[0][0] is not None:
        raise ValueError(f"run {run} was finished at {rows[0][0]}: begin a new one")


def entries(connection: Connection) -> tuple[RunEntry, ...]:
    """Return every run, the oldest first."""
    return tuple(_entry(row) for row in connection.rows(f"{_ENTRIES} ORDER BY number"))


def entry_of(connection: Connection, run: int) -> RunEntry:
    """Return one run."""
    rows = connection.rows(f"{_ENTRIES} WHERE number = ?", run)
    if not rows:
        raise no_such_run(connection, run)
    return _entry(rows[0])


def no_such_run(connection: Connection, run: int) -> WrongBook:
    """Return what is wrong where a run is named that there never was."""
    return WrongBook(f"{connection.path} has no run {run}: {_known(connection)}")


def last_finished(connection: Connection) -> int:
    """Return the number of the latest run that was finished."""
    ((number,),) = connection.rows("SELECT max(number) FROM runs WHERE finished IS NOT NULL")
    if not isinstance(number, int):
        raise WrongBook(f"{connection.path} has no finished run: {_known(connection)}")
    return number


def result_of(connection: Connection, run: int) -> ClassResult:
    """Return a finished run whole, as it was when it was finished."""
    entry = entry_of(connection, run)
    if entry.finished is None:
        raise WrongBook(f"{connection.path}: run {run} was not finished: grade the class again to take it up")
    return made(entry, get_standings(connection, run))


def made(entry: RunEntry, standings: tuple[Standing, ...]) -> ClassResult:
    """Return a finished run with its standings."""
    facts = entry.facts
    return ClassResult(
        title=facts.title, run=entry.number, seed=None if facts.seed_per_student else facts.seed, started=facts.started,
        seconds=entry.seconds, course_digest=facts.course_digest, device=facts.device, sandbox=facts.sandbox,
        columns=facts.columns, standings=standings, notes=entry.notes,
        graded=entry.graded, cached=entry.cached, zone=facts.zone,
    )  # fmt: skip


def _entry(row: tuple[Any, ...]) -> RunEntry:
    number, facts, finished, ending, gradings = row
    known = {"number": number, "facts": load(facts), "gradings": gradings, "finished": finished}
    return from_plain(known | (load(ending) if ending is not None else {}), RunEntry)


def _known(connection: Connection) -> str:
    numbers = [str(number) for (number,) in connection.rows("SELECT number FROM runs ORDER BY number")]
    if not numbers:
        return "no run was begun yet"
    return f"it has {', '.join(numbers[-5:])}" if len(numbers) <= 5 else f"its last is {numbers[-1]}"
