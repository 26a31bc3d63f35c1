"""The course folder that `grade init` made: which one it is, and what it says was given to it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.storage import atomic_write, from_plain, to_plain

MARK = ".torchgrade"  # the folder in a course folder that holds what torchgrade writes


def folder_above(path: Path) -> Path | None:
    """Return the nearest course folder at or above a path; None where nobody has made one."""
    try:
        start = path.resolve()
        return next((folder for folder in (start, *start.parents) if _is_marked(folder)), None)
    except OSError:
        return None


def folder_of(paths: Sequence[Path]) -> Path | None:
    """Return the one course folder that all paths lie in; None if there is none, or more than one."""
    folders = {folder_above(path) for path in paths}
    return folders.pop() if len(folders) == 1 else None


def _is_marked(folder: Path) -> bool:
    """Whether a folder has the mark; a link is none, since it could lead to somebody else's files."""
    mark = folder / MARK
    return mark.is_dir() and not mark.is_symlink()


NAME = "course.json"
GIVEN = "given"  # the folder that keeps each file to solve as it was given
VERSION = 1


@dataclass(frozen=True)
class State:
    """What was given to a course folder."""

    topics: tuple[str, ...] | None  # None: all that the course has, also later ones
    notebooks: bool
    files: Mapping[str, str]  # sha256 by path


class NoState(ValueError):
    """A folder does not say what was given to it; the message says why."""


def digest(data: bytes) -> str:
    """Return the sha256 of a file's bytes."""
    return hashlib.sha256(data).hexdigest()


def read_state(folder: Path) -> State:
    """Read what was given to a course folder.

    Raises:
        NoState: it does not say so, or not in this version's words.
    """
    file = folder / MARK / NAME
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        version = values["version"]
        state = from_plain(values, State) if version == VERSION else None
    except FileNotFoundError as problem:
        raise NoState(f"{folder} was not made by `grade init`: there is no {file}") from problem
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as problem:
        raise NoState(f"{file} cannot be read ({type(problem).__name__}: {problem})") from problem
    if state is None:
        raise NoState(f"{file} is of version {version}, this torchgrade writes {VERSION}")
    return state


def chosen_topics(folder: Path) -> tuple[str, ...]:
    """Return the topics that a course folder was made for; none where it is for all, or does not say."""
    try:
        return read_state(folder).topics or ()
    except NoState:
        return ()


def write_state(folder: Path, state: State) -> None:
    """Write what was given to a course folder."""
    values = {"version": VERSION, **to_plain(state), "files": dict(sorted(state.files.items()))}
    atomic_write(folder / MARK / NAME, (json.dumps(values, indent=2) + "\n").encode())


def base_of(folder: Path, path: str) -> Path:
    """Return where the given text of a file to solve is kept."""
    return folder / MARK / GIVEN / path.rpartition("/")[2]
