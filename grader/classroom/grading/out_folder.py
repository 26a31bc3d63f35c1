"""The folder of a run: one run at a time, files that are replaced whole, and what lies there already."""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from grader.storage import UNFINISHED, atomic_write
from grader.text.formatting import clock

NAME = re.compile(r"[\w@-][\w.@-]*", re.ASCII)
LOCK, HOLDER = ".run.lock", ".run.json"
ABANDONED = 3600.0  # seconds after which nobody writes a file any more: whoever began it was killed


class NotWritten(Exception):
    """A file or folder cannot be written, as on a full disk. Remedy: make room or write elsewhere, and run again."""

    exit_code = 2


class UnchangedOutputs:
    """The list of one folder: for each student a digest of all that the files depend on, and their sizes.

    A page that is not made again keeps the number of the run that made it. Who is not in this run stays listed: it may
    have been over a part of the class.
    """

    def __init__(self, folder: Path) -> None:
        """Read the list of `folder`; where there is none that can be read, everything is made anew."""
        # Beside the folder and not in it: that is for students.
        self.file = folder.parent / f".{folder.name}.json"
        self._folder, self._entries = folder, dict[str, Any]()
        with contextlib.suppress(OSError, ValueError):
            found = json.loads(self.file.read_text(encoding="utf-8"))
            self._entries = found if isinstance(found, dict) else {}

    def has(self, student: str, digest: str) -> bool:
        """Whether the files of a student are all there as they were written, made of the same."""
        known, sizes = self._entry(student)
        return known == digest and all(self._size(name) == size for name, size in sizes.items())

    def outdate(self, students: Iterable[str]) -> None:
        """Note that the files of students are about to be written, whatever they were made of."""
        for student in students:
            self._entries[student] = ["", self._entry(student)[1]]

    def add(self, student: str, digest: str, files: Mapping[str, bytes]) -> None:
        """Note what was written, and remove what was written before and does not come out any more."""
        _, before = self._entry(student)
        for name in before.keys() - files.keys():
            (self._folder / name).unlink(missing_ok=True)
        self._entries[student] = [digest, {name: len(data) for name, data in files.items()}]

    @property
    def text(self) -> bytes:
        """The list as it is to be written."""
        return json.dumps(self._entries, indent=0).encode()

    def _entry(self, student: str) -> tuple[str, dict[str, int]]:
        """Return the digest and the files of a student; nothing where the list does not say it as we write it."""
        match self._entries.get(student):
            case [str(digest), dict(sizes)] if sizes and all(map(_is_name, sizes)):
                return digest, sizes
        return "", {}

    def _size(self, name: str) -> int | None:
        with contextlib.suppress(OSError):
            return (self._folder / name).stat().st_size
        return None


def _is_name(name: str) -> bool:
    """Whether this is a name as we give them; such a file lies in the folder itself and nowhere else."""
    return bool(NAME.fullmatch(name))


def sweep(folder: Path) -> None:
    """Remove what runs that were killed in the middle of a file have left."""
    for file in folder.rglob(UNFINISHED):
        with contextlib.suppress(OSError):
            if time.time() - file.stat().st_mtime > ABANDONED:
                file.unlink()


@contextlib.contextmanager
def only_run(folder: Path, zone: str) -> Iterator[None]:
    """Make a folder with those around it, and let no other run write there meanwhile; `zone` is for the message.

    The system gives the lock back when its process ends, however it ends.

    Raises:
        NotWritten: another run has the folder, or it cannot be made or locked.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise NotWritten(
            f"{folder} cannot be made ({problem.strerror}): name another folder with --out"
        ) from problem
    lock, holder = FileLock(folder / LOCK), folder / HOLDER
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise NotWritten(
            f"another run{_holder(holder, zone)} is writing into {folder}: "
            "wait for it, or name another folder with --out"
        ) from None
    except OSError as problem:
        raise NotWritten(
            f"{folder / LOCK} cannot be locked ({problem.strerror}), as two runs at once would do all work twice: "
            "allow writing there, or name a folder of a local disk with --out"
        ) from problem
    try:
        write(holder, json.dumps({"pid": os.getpid(), "since": datetime.now(UTC).isoformat()}).encode())
        yield
    finally:
        lock.release()


def _holder(file: Path, zone: str) -> str:
    """Return which process says that it writes, and since when; nothing where that cannot be read."""
    try:
        told = json.loads(file.read_bytes())
        return f" (process {int(told['pid'])}, since {clock(datetime.fromisoformat(told['since']), zone)})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def write(path: Path, data: bytes) -> None:
    """Write a file so that a reader finds the old one or the new one, whatever happens."""
    with contextlib.suppress(OSError):
        if path.stat().st_size == len(data) and path.read_bytes() == data:
            return
    try:
        atomic_write(path, data)
    except OSError as problem:
        raise NotWritten(
            f"{path} cannot be written ({problem.strerror}): make room, or allow writing there, and run the same "
            "command again: what was graded is kept in the gradebook"
        ) from problem
