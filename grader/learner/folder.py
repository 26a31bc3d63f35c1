"""Which folder remembers: one that `grade init` made, and no other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

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
