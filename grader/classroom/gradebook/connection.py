"""One connection to a gradebook: how it is opened, and what makes a change whole.

A rollback journal rather than a write-ahead log: it needs no memory that processes share, and leaves one file to
copy. Truncating the journal commits, and `synchronous=FULL` has the disk confirm both the pages and the truncation,
so that what was committed outlives a power failure.

Network file systems: SQLite relies on the file system's locks, and several of them only pretend to lock. On such a
one let a single grader write at a time; a local disk has no such limit.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.classroom.gradebook.alive import Alive
from grader.classroom.gradebook.errors import BookProblem, in_words
from grader.classroom.gradebook.migrations import bring_up_to_date
from grader.classroom.model import HandIn
from grader.report import TaskReport

WAIT_SECONDS = 60.0  # for another grader's change, which takes milliseconds

_PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_mode = TRUNCATE",
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",  # macOS calls a sync done before the disk has written it; elsewhere this does nothing
)


class Connection:
    """A gradebook's file, opened by one process and used by one thread of it.

    A child process that was forked must not use it: nobody may be inside `change` when a process forks.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, make it if there is none, and bring an older one up to date."""
        self.path, self._depth, self._process = path, 0, os.getpid()
        self.tasks, self.hand_ins = Alive[TaskReport](), Alive[HandIn]()  # of what this file holds
        with in_words(path):
            self._sqlite = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
            try:
                for pragma in _PRAGMAS:
                    self._sqlite.execute(pragma)
                bring_up_to_date(self._sqlite, path)
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
        """Make everything within one change: all of it is committed at the end, or nothing; nested ones join."""
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
        for known in (self.tasks, self.hand_ins):
            known.forget()  # what was put within this change is not there
        if self._sqlite.in_transaction:  # a full disk has undone it already
            self._sqlite.execute("ROLLBACK")

    def _refuse_fork(self) -> None:
        if os.getpid() != self._process:
            raise RuntimeError(
                "a gradebook that was opened before a fork is not used after it: open it again"
            )
