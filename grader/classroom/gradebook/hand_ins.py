"""Hand-ins in the gradebook, with the bytes of their files, so that nobody needs the uploads a second time."""

from __future__ import annotations

import hashlib
from typing import Any

from grader.classroom.gradebook import contents
from grader.classroom.gradebook.connection import Connection
from grader.classroom.gradebook.errors import BookProblem
from grader.classroom.gradebook.plain import (
    dump,
    load,
    maybe_time,
    stored,
    student_facts,
    student_of,
    time_text,
)
from grader.classroom.model import HandIn


def put_hand_in(connection: Connection, hand_in: HandIn) -> str:
    """Keep a hand-in, and return its digest: it is the same one only if everything about it is the same."""
    text = dump(_facts(connection, hand_in))
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
    return HandIn(
        student=student_of(facts["student"]),
        place=facts["place"],
        files={name: contents.get(connection, content) for name, content in facts["files"].items()},
        submitted_at=maybe_time(facts["submitted_at"]),
        late=facts["late"],
        attempt=facts["attempt"],
        problem=facts["problem"],
        notes=tuple(facts["notes"]),
    )


def _facts(connection: Connection, hand_in: HandIn) -> dict[str, Any]:
    return {
        "student": student_facts(hand_in.student),
        "place": hand_in.place,
        "files": {name: contents.put(connection, data) for name, data in hand_in.files.items()},
        "submitted_at": None if hand_in.submitted_at is None else time_text(hand_in.submitted_at),
        "late": hand_in.late,
        "attempt": hand_in.attempt,
        "problem": hand_in.problem,
        "notes": list(hand_in.notes),
    }
