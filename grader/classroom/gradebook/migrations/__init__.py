"""The layout of a gradebook, one step after the other; version n is what the first n steps make.

A step that has been published is never changed: a new layout is a new module and one more entry in `STEPS`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from grader.classroom.gradebook.errors import WrongBook
from grader.classroom.gradebook.migrations import v1

APPLICATION = 0x746F7267  # "torg": tells a gradebook from any other SQLite file

STEPS: tuple[Callable[[sqlite3.Connection], None], ...] = (v1.apply,)


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
    ((application,),) = connection.execute("PRAGMA application_id")
    ((version,),) = connection.execute("PRAGMA user_version")
    ((tables,),) = connection.execute("SELECT count(*) FROM sqlite_schema")
    if application != APPLICATION and (application or version or tables):
        raise WrongBook(f"{path} is another program's database: name another file")
    if version > len(STEPS):
        raise WrongBook(
            f"{path} has version {version} of the gradebook, and this torchgrade knows versions up to {len(STEPS)}: "
            "install the torchgrade that wrote it, or a later one"
        )
    return int(version)
