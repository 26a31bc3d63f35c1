"""Hand-ins in the gradebook, with the bytes of their files, so that nobody needs the uploads a second time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
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
    known = connection.hand_ins.digest_of((hand_in,))
    if known is not None:
        return known
    text = dump(_facts(connection, hand_in))
    digest = hashlib.sha256(text.encode()).hexdigest()
    when = None if hand_in.submitted_at is None else time_text(hand_in.submitted_at)
    connection.write(
        "INSERT OR IGNORE INTO hand_ins VALUES (?, ?, ?, ?, ?)",
        digest, stored(hand_in.student.id), hand_in.attempt, when, text,
    )  # fmt: skip
    connection.hand_ins.add(digest, (hand_in,))
    return digest


def get_hand_in(connection: Connection, digest: str) -> HandIn:
    """Return the hand-in of a digest, with the very files of one that somebody still holds."""
    found = connection.rows("SELECT facts FROM hand_ins WHERE digest = ?", digest)
    if not found:
        raise BookProblem(f"{connection.path}: hand-in {digest[:12]} is missing: take the file from a backup")
    facts = load(found[0][0])
    alive = connection.hand_ins.things_of(digest)
    hand_in = HandIn(
        student=student_of(facts["student"]),
        place=facts["place"],
        files=alive[0].files if alive else _files(connection, facts["files"]),
        submitted_at=maybe_time(facts["submitted_at"]),
        late=facts["late"],
        attempt=facts["attempt"],
        problem=facts["problem"],
        notes=tuple(facts["notes"]),
        uploads=facts.get("uploads", {}),
    )
    if not alive:
        connection.hand_ins.add(digest, (hand_in,))
    return hand_in


def _files(connection: Connection, digests: Mapping[str, str]) -> dict[str, bytes]:
    return {name: contents.get(connection, digest) for name, digest in digests.items()}


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
        **({"uploads": dict(hand_in.uploads)} if hand_in.uploads else {}),
    }
