"""Folders and files on a disk: no link is followed and nothing but ordinary files is opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import IO

from grader.classroom.reading import limits
from grader.classroom.reading.problems import Unreadable
from grader.classroom.reading.tree import File, Folder, Node, reason, refused
from grader.intake.errors import shown
from grader.intake.file_names import composed

LINK = "is a link, and links are not followed"
SPECIAL = "is not an ordinary file"
# A pipe must not block and a link must not be followed; not every system knows every flag.
FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_BINARY", "O_CLOEXEC")
)


def folder_at(path: Path, name: str | None = None) -> Folder:
    """Return the folder at a path."""
    return Folder(composed(path.name if name is None else name), lambda: _listing(path), path)


def file_at(path: Path) -> File:
    """Return the file at a path."""
    return File(composed(path.name), lambda: _open(path), on_disk=True)


def _listing(path: Path) -> Sequence[Node]:
    try:
        with os.scandir(path) as entries:
            found = list(islice(entries, limits.WIDE + 1))
    except (OSError, ValueError) as error:
        raise Unreadable(f"{shown(path.name)} cannot be opened ({reason(error)})") from error
    if len(found) > limits.WIDE:
        raise Unreadable(f"{shown(path.name)} holds more than {limits.WIDE} entries")
    return [_node(entry) for entry in found]


def _node(entry: os.DirEntry[str]) -> Node:
    path, name = Path(entry.path), composed(entry.name)
    try:
        mode = entry.stat(follow_symlinks=False)
    except (OSError, ValueError) as error:
        return refused(name, f"cannot be opened ({reason(error)})")
    if stat.S_ISLNK(mode.st_mode) or _is_junction(mode):
        return refused(name, LINK)
    if stat.S_ISDIR(mode.st_mode):
        return folder_at(path)
    return file_at(path) if stat.S_ISREG(mode.st_mode) else refused(name, SPECIAL)


def _is_junction(status: os.stat_result) -> bool:
    """Whether Windows would go on somewhere else from here."""
    mount_point = getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None)
    return mount_point is not None and getattr(status, "st_reparse_tag", 0) == mount_point


def _open(path: Path) -> IO[bytes]:
    handle = os.open(path, FLAGS)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Unreadable(f"{shown(path.name)} {SPECIAL}")
    return open(handle, "rb")
