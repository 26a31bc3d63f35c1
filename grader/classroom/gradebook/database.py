"""The SQLite file of a gradebook: its tables, how it is opened, what makes a change whole, and its faults in words.

A rollback journal rather than a write-ahead log: it needs no memory that processes share, and leaves one file to
copy. Truncating the journal commits, and `synchronous=FULL` has the disk confirm both the pages and the truncation,
so that what was committed outlives a power failure.

Network file systems: SQLite relies on the file system's locks, and several of them only pretend to lock. On such a
one let a single grader write at a time; a local disk has no such limit.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

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
VERSION_1 = Path(__file__).with_name("version_1.sql")
APPLICATION = 0x746F7267  # "torg": tells a gradebook from any other SQLite file
WAIT_SECONDS = 60.0  # for another grader's change, which takes milliseconds
_PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_mode = TRUNCATE",
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",  # macOS calls a sync done before the disk has written it; elsewhere this does nothing
)


class BookProblem(Exception):
    """The gradebook cannot be used now; what was in it before is still there. The text says what to do."""

    exit_code = 3


class WrongBook(BookProblem):
    """The file is no gradebook that is known here, or holds no such run. Remedy: name another one."""

    exit_code = 2


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


def _make_version_1(connection: sqlite3.Connection) -> None:
    """Make the tables of an empty database."""
    for statement in VERSION_1.read_text(encoding="utf-8").split("\n\n"):
        connection.execute(statement)


# One that has been published is never changed: a new layout is one more step.
STEPS: tuple[Callable[[sqlite3.Connection], None], ...] = (_make_version_1,)


def bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    """Take the steps that this file has not seen, all or none; refuse a file that is not ours or from later.

    Raises:
        WrongBook: another program's database, or a gradebook of a later torchgrade.
    """
    if _version(connection, path) == len(STEPS):
        return  # reading needs no right to write
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in STEPS[_version(connection, path) :]:  # asked again: another grader may have been faster
            step(connection)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {len(STEPS)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection, path: Path) -> int:
    # One question, as another grader may be making the tables between two.
    ((application, version, tables),) = connection.execute(
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema) "
        "FROM pragma_application_id, pragma_user_version"
    )
    if application != APPLICATION and (application or version or tables):
        raise WrongBook(f"{path} is another program's database: name another file")
    if version > len(STEPS):
        raise WrongBook(
            f"{path} has version {version} of the gradebook, and this torchgrade knows versions up to {len(STEPS)}: "
            "install the torchgrade that wrote it, or a later one"
        )
    return int(version)


class Connection:
    """A gradebook's file, opened by one process and used by one thread of it; made where there is none.

    A child process that was forked must not use it: nobody may be inside `change` when a process forks.
    """

    def __init__(self, path: Path | str) -> None:
        """Open the file, make it if there is none in a folder that exists, and bring an older one up to date."""
        self.path, self._depth, self._process = Path(path), 0, os.getpid()
        with in_words(self.path):
            self._sqlite = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
            try:
                for pragma in _PRAGMAS:
                    self._sqlite.execute(pragma)
                bring_up_to_date(self._sqlite, self.path)
            except BaseException:
                self._sqlite.close()
                raise

    def close(self) -> None:
        """Close the file; a change that is not committed is undone."""
        self._sqlite.close()

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Return what a question to the database answers."""
        self._refuse_fork()
        with in_words(self.path):
            return self._sqlite.execute(query, values).fetchall()

    def write(self, statement: str, *values: object) -> int:
        """Run a statement inside `change`; return the number of the row that it inserted last."""
        self._refuse_fork()
        with in_words(self.path):
            return self._sqlite.execute(statement, values).lastrowid or 0

    @contextmanager
    def change(self) -> Iterator[None]:
        """Make everything within one change: all of it is committed at the end, or nothing; nested ones join.

        Other graders wait for it, so grade before it and not in it.
        """
        self._refuse_fork()
        if self._depth == 0:
            with in_words(self.path):
                self._sqlite.execute("BEGIN IMMEDIATE")  # no other writer from here on
        self._depth += 1
        try:
            yield
            if self._depth == 1:
                self._commit()
        except BaseException:
            if self._depth == 1:
                self._undo()
            raise
        finally:
            self._depth -= 1

    def _commit(self) -> None:
        if not self._sqlite.in_transaction:  # an error within was caught, and SQLite had undone everything
            raise BookProblem(f"{self.path}: nothing of this change was kept: run again")
        with in_words(self.path):
            self._sqlite.execute("COMMIT")

    def _undo(self) -> None:
        if self._sqlite.in_transaction:  # a full disk has undone it already
            self._sqlite.execute("ROLLBACK")

    def _refuse_fork(self) -> None:
        if os.getpid() != self._process:
            raise RuntimeError(
                "a gradebook that was opened before a fork is not used after it: open it again"
            )
