"""What a person may have meant by a path that does not exist."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def missing(path: Path, commands: Iterable[str]) -> str:
    """One sentence that says what is missing, and one that says what to type instead."""
    from grader.text.escape import one_line

    found = _command(path, commands) or _task(path) or _neighbour(path)
    remedy = f"did you mean `{one_line(found)}`?" if found else "give a folder or file of the course"
    return f"there is no file or folder {one_line(str(path))!r}: {remedy}"


def _command(path: Path, commands: Iterable[str]) -> str | None:
    from difflib import get_close_matches

    near = get_close_matches(str(path), list(commands), n=5, cutoff=0.6)
    near.sort(key=lambda name: sorted(name) != sorted(str(path)))  # letters changed places: `hnit` is `hint`
    return f"grade {near[0]}" if near else None


def _task(path: Path) -> str | None:
    """A task or topic whose name was typed in place of a path."""
    from grader.course import CourseError, UnknownTask, load_course

    try:
        load_course().select([str(path)])
    except (CourseError, UnknownTask):
        return None
    from grader.learner import folder_above

    return f"grade {'.' if folder_above(Path.cwd()) else 'exercises/'} --task {path}"


def _neighbour(path: Path) -> str | None:
    """A file or folder beside the one that was meant, with almost its name."""
    from difflib import get_close_matches

    try:
        names = sorted(entry.name for entry in path.parent.iterdir())
    except OSError:
        return None
    near = get_close_matches(path.name, names, n=1, cutoff=0.7)
    return f"grade {path.parent / near[0]}" if near else None
