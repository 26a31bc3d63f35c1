"""`.torchgrade/progress.json`: read at any time, changed by one process after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from grader.learner.files import write_whole
from grader.learner.folder import MARK
from grader.learner.model import Progress
from grader.learner.text import Damaged, Newer, from_text, to_text

NAME = "progress.json"
LOCK = "progress.lock"
PATIENCE = 10.0  # seconds for another process to finish its change, which takes milliseconds
MOST_BYTES = 10_000_000


@dataclass(frozen=True)
class Loaded:
    """The progress of a folder, and a sentence where its file could not be used."""

    progress: Progress
    note: str | None = None


def now() -> str:
    """Return the time as people write it: ISO 8601, to the second, with the offset of the place."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def load(folder: Path) -> Loaded:
    """Return the progress of a course folder; a file that cannot be used counts as none, and is left alone."""
    file = folder / MARK / NAME
    try:
        return Loaded(_read(file))
    except Newer as problem:
        return Loaded(Progress(), f"{file}: {problem}: it is not used")
    except (Damaged, OSError) as problem:
        return Loaded(Progress(), f"{file} cannot be read ({problem}): it counts as empty")


def update(folder: Path, change: Callable[[Progress], Progress]) -> str | None:
    """Apply a change to the progress of a course folder; return a sentence if anything was amiss.

    What another process wrote meanwhile is kept: the file is read and written under a lock. Nothing is raised: that
    progress cannot be kept is no reason to withhold a report.
    """
    place = folder / MARK
    if place.is_symlink() or (place / LOCK).is_symlink():
        return f"progress is not kept: {place} is, or holds, a link"
    try:
        with FileLock(place / LOCK, timeout=PATIENCE):
            return _apply(place / NAME, change)
    except Timeout:
        return f"progress is not kept: {place / LOCK} is held by another process"
    except OSError as problem:
        return f"progress is not kept in {place} ({problem.strerror or problem})"


def _apply(file: Path, change: Callable[[Progress], Progress]) -> str | None:
    note = None
    try:
        before = _read(file)
    except Newer as problem:
        return f"progress is not kept: {file}: {problem}"
    except Damaged as problem:
        aside = _set_aside(file)
        before, note = (
            Progress(),
            f"{file} was damaged ({problem}): it is now {aside.name}, and a new one begins",
        )
    after = change(before)
    if after != before or note:
        write_whole(file, to_text(after).encode("utf-8"))
    return note


def _read(file: Path) -> Progress:
    try:
        with open(file, "rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return Progress()
    if len(data) > MOST_BYTES:
        raise Damaged(f"more than {MOST_BYTES} bytes")
    try:
        return from_text(data.decode("utf-8"))
    except UnicodeDecodeError as problem:
        raise Damaged(str(problem)) from problem


def _set_aside(file: Path) -> Path:
    """Move a file to a name that is free."""
    number, aside = 1, file.with_name(f"{file.stem}.damaged.json")
    while aside.exists():
        number += 1
        aside = file.with_name(f"{file.stem}.damaged-{number}.json")
    file.replace(aside)
    return aside
