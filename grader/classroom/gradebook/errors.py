"""What can go wrong with a gradebook, in words: the file, what is wrong with it, and what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class BookProblem(Exception):
    """The gradebook cannot be used now; what was in it before is still there. The text says what to do."""


class WrongBook(BookProblem):
    """The file is no gradebook that is known here, or holds no such run. Remedy: name another one."""


# SQLite's own numbers of what went wrong; the lower eight bits of a longer number are one of these.
_WRONG = {
    sqlite3.SQLITE_NOTADB: "is not a gradebook: name another file, or move this one away",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: see whether its folder exists and may be written to",
}
_READ_ONLY = "cannot be written to: it, or its folder, is read-only: allow writing, or copy it elsewhere"
_IN_USE = "is in use by another grader for longer than this one waits: run again when that is done"
_FAULTS = {
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_FULL: "cannot grow, the disk is full: make room and run again; nothing that was kept is lost",
    sqlite3.SQLITE_BUSY: _IN_USE,
    sqlite3.SQLITE_LOCKED: _IN_USE,
    sqlite3.SQLITE_CORRUPT: "is damaged: take it from a backup, or move it away and grade again",
    sqlite3.SQLITE_IOERR: "cannot be read or written: see whether the disk is full or failing",
}


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turn what SQLite says into a sentence about this file."""
    try:
        yield
    except sqlite3.Error as problem:
        code = getattr(problem, "sqlite_errorcode", 0) & 0xFF
        if code in _WRONG:
            raise WrongBook(f"{path} {_WRONG[code]} ({problem})") from problem
        if code in _FAULTS:
            raise BookProblem(f"{path} {_FAULTS[code]} ({problem})") from problem
        raise
