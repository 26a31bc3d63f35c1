"""Rows of the gradebook as what they are of: hand-ins, reports, runs, and how each student stands in a run.

Bytes and tasks are kept once, under the digest of their content.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from grader.classroom.gradebook.database import BookProblem, Connection
from grader.classroom.records import Adjustment, Attempt, HandIn, Run, Standing
from grader.report import Report
from grader.report.json import NotAReport, as_dict, read_report, read_task
from grader.report.selection import topic_of
from grader.storage import from_plain

TASKS, PARTS = "tasks", "parts"


def dump(value: object) -> str:
    """The value, dataclasses in it too, as JSON in ASCII, so that any name that a file system allows survives."""
    return json.dumps(value, allow_nan=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return time_text(value)
    return dict(value) if isinstance(value, Mapping) else vars(value)


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


def time_of(value: object) -> datetime:
    """The moment of a text that `time_text` wrote."""
    return datetime.fromisoformat(str(value))


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def put_bytes(connection: Connection, data: bytes) -> str:
    """Keep bytes and return their digest; what is there already is neither compressed nor written again."""
    digest = hashlib.sha256(data).hexdigest()
    if not connection.rows("SELECT 1 FROM contents WHERE digest = ?", digest):
        packed = zlib.compress(data)
        connection.write("INSERT OR IGNORE INTO contents VALUES (?, ?, ?)", digest, len(data), packed)
    return digest


def get_bytes(connection: Connection, digest: str) -> bytes:
    """Return the bytes of a digest.

    Raises:
        BookProblem: they are not there, or are not what was kept.
    """
    fault = "is missing"
    for (packed,) in connection.rows("SELECT data FROM contents WHERE digest = ?", digest):
        fault = "is damaged"
        with suppress(zlib.error, TypeError):
            data = zlib.decompress(packed)  # type: ignore[arg-type]
            if hashlib.sha256(data).hexdigest() == digest:
                return data
    raise BookProblem(f"{connection.path}: content {digest[:12]} {fault}: take the file from a backup")


def put_hand_in(connection: Connection, hand_in: HandIn) -> str:
    """Keep a hand-in, and return its digest: it is the same one only if everything about it is the same."""
    facts = {**vars(hand_in), "files": {name: put_bytes(connection, data) for name, data in hand_in.files.items()}}
    if not hand_in.uploads:
        del facts["uploads"]  # as in the gradebooks of the time when there were none
    text = dump(facts)
    digest = hashlib.sha256(text.encode()).hexdigest()
    when = None if hand_in.submitted_at is None else time_text(hand_in.submitted_at)
    connection.write(
        "INSERT OR IGNORE INTO hand_ins VALUES (?, ?, ?, ?, ?)",
        digest, stored(hand_in.student.id), hand_in.attempt, when, text,
    )  # fmt: skip
    return digest


def get_hand_in(connection: Connection, digest: str) -> HandIn:
    """Return the hand-in of a digest."""
    found = connection.rows("SELECT facts FROM hand_ins WHERE digest = ?", digest)
    if not found:
        raise BookProblem(f"{connection.path}: hand-in {digest[:12]} is missing: take the file from a backup")
    facts = load(found[0][0])
    files = {name: get_bytes(connection, kept) for name, kept in facts["files"].items()}
    return replace(from_plain({**facts, "files": {}}, HandIn), files=files)


def put_report(connection: Connection, report: Report) -> dict[str, Any]:
    """Keep a report's tasks, and return all the rest with their digests in it."""
    values = as_dict(replace(report, tasks=())) | {"score": report.score, "max_score": report.max_score}
    del values[TASKS]
    parts = (as_dict(replace(report, tasks=tuple(part)))[TASKS] for _, part in groupby(report.tasks, key=topic_of))
    return {**values, PARTS: [put_bytes(connection, ",".join(map(dump, part)).encode()) for part in parts]}


def get_report(connection: Connection, facts: Mapping[str, Any]) -> Report:
    """The report of what `put_report` returned.

    Raises:
        BookProblem: another version of torchgrade has written it, or a part of it is missing.
    """
    try:
        head = read_report({**facts, TASKS: []})
        texts = [get_bytes(connection, digest).decode() for digest in facts[PARTS]]
        return replace(head, tasks=tuple(read_task(task) for text in texts for task in load(f"[{text}]")))
    except NotAReport as problem:
        remedy = "open it with the torchgrade that wrote it"
        raise BookProblem(
            f"{connection.path}: one of its reports cannot be read: {problem}: {remedy}"
        ) from problem


def put_standing(connection: Connection, run: int, place: int, standing: Standing) -> None:
    """Keep one standing of a run, and its place in the order of them."""
    connection.write(
        "INSERT INTO standings VALUES (?, ?, ?, ?, ?)",
        run, place, stored(standing.student.id), standing.score, dump(_standing_facts(connection, standing)),
    )  # fmt: skip


def get_standings(connection: Connection, run: int, *, reports: bool = True) -> tuple[Standing, ...]:
    """Return the standings of a run in their order; without `reports` sooner."""
    rows = connection.rows("SELECT facts FROM standings WHERE run = ? ORDER BY place", run)
    return tuple(_standing(connection, load(facts), reports) for (facts,) in rows)


def _standing_facts(connection: Connection, standing: Standing) -> dict[str, Any]:
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
        attempts=tuple(
            Attempt(get_hand_in(connection, each["hand_in"]), each["score"], each["reason"])
            for each in facts["attempts"]
        ),
    )


# Of a run: what is known when it begins.
BEGUN = (
    "title", "seed", "started", "course_digest", "device", "sandbox", "columns", "zone", "options",
)  # fmt: skip


def facts_of(run: Run) -> str:
    """Return what a row keeps of a run that begins."""
    return dump({name: getattr(run, name) for name in BEGUN})


def run_of(row: tuple[Any, ...]) -> Run:
    """Return a run of its row: number, facts, end, what is known at the end, gradings so far."""
    number, facts, finished, ending, gradings = row
    known = {"number": number, "gradings": gradings, "finished": finished}
    return from_plain(load(facts) | known | (load(ending) if ending is not None else {}), Run)


def adjustment_of(row: tuple[Any, ...]) -> Adjustment:
    """Return an adjustment of its row: number, student, points, who, when, why."""
    number, student_id, points, who, at, why = row
    return Adjustment(text_of(student_id), points, text_of(who), time_of(at), text_of(why), number)
