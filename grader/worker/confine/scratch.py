"""The one folder that workers may write: a fresh one inside it for each, swept after each."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from grader.worker.confine.policy import Start

_DEEP = 10


@dataclass(frozen=True)
class Scratch:
    """The step in which a worker, already in its final identity, makes its own folder and stands in it."""

    names: tuple[str, ...] = ()

    def apply(self, start: Start) -> None:
        """Make the folder; it must not exist."""
        os.umask(0o077)
        os.mkdir(start.folder)
        os.chdir(start.folder)


def give_to(folder: Path, user: int) -> None:
    """Make the folder the private one of a user."""
    os.chown(folder, user, user)
    os.chmod(folder, 0o700)


def sweep(folder: Path) -> None:
    """Remove all that workers left, however deep they nested it and whatever its mode."""
    lifted = os.path.join(folder, os.urandom(16).hex())  # no worker knew that name
    found = [(str(folder), 0)]
    for current, depth in found:  # grows as it is read
        with os.scandir(current) as entries:
            for entry in list(entries):
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                    continue
                os.chmod(entry.path, 0o700)
                found.append(_in_reach(entry.path, depth + 1, f"{lifted}-{len(found)}"))
    for current, _ in reversed(found[1:]):
        os.rmdir(current)


def remove(folder: Path) -> None:
    """Remove a worker's folder, if it came so far to make one."""
    if folder.exists():
        sweep(folder)
        folder.rmdir()


def _in_reach(path: str, depth: int, higher: str) -> tuple[str, int]:
    """Where a folder is, and how deep; a deep one is moved up first, for a path has a longest length."""
    if depth < _DEEP:
        return path, depth
    os.rename(path, higher)
    return higher, 1
