"""The one folder that workers may write: a fresh one inside it for each, swept after each."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from grader.worker.confine.layer import Start


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
    waiting, number = [folder], 0
    while waiting:
        current = waiting.pop()
        with os.scandir(current) as entries:
            for entry in list(entries):
                if entry.is_dir(follow_symlinks=False):
                    number += 1
                    waiting.append(_lift(entry.path, folder / f"swept-{number}"))
                else:
                    os.unlink(entry.path)
        if current != folder:
            os.rmdir(current)


def _lift(path: str, target: Path) -> Path:
    """Move a folder up, so that no path grows with the depth of the tree."""
    os.chmod(path, 0o700)
    os.rename(path, target)
    return target
