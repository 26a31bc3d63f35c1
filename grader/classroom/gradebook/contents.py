"""Bytes kept once, under their sha256, compressed."""

from __future__ import annotations

import hashlib
import zlib

from grader.classroom.gradebook.connection import Connection
from grader.classroom.gradebook.errors import BookProblem


def put(connection: Connection, data: bytes) -> str:
    """Keep bytes and return their digest; what is there already is neither compressed nor written again."""
    digest = hashlib.sha256(data).hexdigest()
    if not connection.rows("SELECT 1 FROM contents WHERE digest = ?", digest):
        packed = zlib.compress(data)
        connection.write("INSERT OR IGNORE INTO contents VALUES (?, ?, ?)", digest, len(data), packed)
    return digest


def get(connection: Connection, digest: str) -> bytes:
    """Return the bytes of a digest.

    Raises:
        BookProblem: they are not there, or are not what was kept.
    """
    found = connection.rows("SELECT data FROM contents WHERE digest = ?", digest)
    data = _unpacked(found[0][0]) if found else None
    if data is None or hashlib.sha256(data).hexdigest() != digest:
        fault = "is damaged" if found else "is missing"
        raise BookProblem(f"{connection.path}: content {digest[:12]} {fault}: take the file from a backup")
    return data


def _unpacked(packed: object) -> bytes | None:
    try:
        return zlib.decompress(packed) if isinstance(packed, bytes) else None
    except zlib.error:
        return None
