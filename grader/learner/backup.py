"""Copies of what the learner wrote, made before a file of theirs is changed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from grader.learner.files import write_whole
from grader.learner.folder import MARK

BACKUPS = "backups"


def new_backup(folder: Path, moment: datetime | None = None) -> Path:
    """Return a folder for the copies of one change, named after the time, that is not there yet."""
    name = (moment or datetime.now()).strftime("%Y-%m-%d_%H-%M-%S")
    base, number = folder / MARK / BACKUPS, 1
    place = base / name
    while place.exists():
        number += 1
        place = base / f"{name}_{number}"
    return place


def keep_copy(backup: Path, folder: Path, file: Path) -> Path:
    """Copy a file of a course folder into a backup, at its own place there; return the copy."""
    copy = backup / file.resolve().relative_to(folder.resolve())
    write_whole(copy, file.read_bytes())
    return copy
