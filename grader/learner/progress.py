"""Progress of a learner in one course folder: `.torchgrade/progress.json`, changed by one process after the other."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from grader.learner.folder import MARK
from grader.report import Verdict
from grader.report.selection import Failure
from grader.storage import atomic_write, from_plain, to_plain


@dataclass(frozen=True)
class TaskProgress:
    """What is known of one task; times are ISO 8601 with the offset of the place."""

    last: Verdict | None = None
    passed: str | None = None  # when it first passed
    attempts: int = 0  # gradings in which there was something to judge
    failure: Failure | None = None  # of the last grading
    hints: tuple[int, ...] = ()  # that were shown; 0 is the one about the failure
    solution: str | None = None  # when the solution was first shown
    code: str | None = None  # the mark of the code that was graded last; None where that is not known
    passed_code: str | None = None  # of the code that passed last, and has not failed since
    open_details: bool = False  # whether that code left details open
    course: str | None = None  # the digest of the course by which that code was graded
    given_up: bool = False  # it was shown before the task had passed

    @property
    def is_passed(self) -> bool:
        """Whether the task passes as it is now."""
        return self.last is not None and self.last.is_right

    @property
    def ever_passed(self) -> bool:
        """Whether the task has passed at some time."""
        return self.passed is not None


@dataclass(frozen=True)
class Progress:
    """What is known of each task, by its id; a task without an entry was never graded."""

    tasks: Mapping[str, TaskProgress] = field(default_factory=dict)

    def of(self, task_id: str) -> TaskProgress:
        """Return what is known of a task, an empty entry if that is nothing."""
        return self.tasks.get(task_id, TaskProgress())

    def changed(self, task_id: str, **changes: object) -> Progress:
        """Return the progress with other values for one task."""
        entry = replace(self.of(task_id), **changes)  # type: ignore[arg-type]
        return Progress({**self.tasks, task_id: entry})


VERSION = 2  # 1 knew no details


class Damaged(ValueError):
    """A text is not what this version writes; the message says what is wrong."""


class Newer(Exception):
    """A text was written by a later version, and is not ours to change."""


@dataclass(frozen=True)
class _Version:
    version: int


@dataclass(frozen=True)
class _File(_Version):
    tasks: dict[str, TaskProgress]


def to_text(progress: Progress) -> str:
    """Return the progress as indented JSON, what is not known left out."""
    tasks = {task_id: _known(to_plain(entry)) for task_id, entry in progress.tasks.items()}
    return json.dumps({"version": VERSION, "tasks": tasks}, indent=2, ensure_ascii=False) + "\n"


def from_text(text: bytes) -> Progress:
    """Read what `to_text` wrote.

    Raises:
        Damaged: it is not that.
        Newer: a later version wrote it.
    """
    try:
        values = json.loads(text)
        version = from_plain(values, _Version).version
        if version > VERSION:
            raise Newer(f"version {version} was written by a later torchgrade")
        return Progress(from_plain(values, _File).tasks)
    except (ValueError, RecursionError) as problem:
        raise Damaged(f"{type(problem).__name__}: {problem}") from problem


def _known(entry: dict[str, Any]) -> dict[str, Any]:
    known = {key: value for key, value in entry.items() if value not in (None, (), False)}
    return {key: _known(value) if isinstance(value, dict) else value for key, value in known.items()}


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
        before = Progress()
        note = f"{file} was damaged ({problem}): it is now {aside.name}, and a new one begins"
    after = change(before)
    if after != before or note:
        atomic_write(file, to_text(after).encode("utf-8"))
    return note


def _read(file: Path) -> Progress:
    try:
        with open(file, "rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return Progress()
    if len(data) > MOST_BYTES:
        raise Damaged(f"more than {MOST_BYTES} bytes")
    return from_text(data)


def _set_aside(file: Path) -> Path:
    """Move a file to a name that is free."""
    names = (f"{file.stem}.damaged{number}.json" for number in ("", *(f"-{each}" for each in range(2, 1000))))
    aside = next(place for name in names if not (place := file.with_name(name)).exists())
    return file.replace(aside)
