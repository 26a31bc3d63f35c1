"""A new course folder: everything or nothing, and never over a file that is somebody's work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.course import Course, Topic
from grader.learner.files import write_whole
from grader.learner.given import given_files, work_file
from grader.learner.state import State, base_of, digest, write_state


class Occupied(ValueError):
    """Files are in the way, with other content; nothing was written."""

    def __init__(self, folder: Path, files: Sequence[str]) -> None:
        """List the files."""
        super().__init__(f"{folder} holds files that differ from the course's: {', '.join(files)}")
        self.files = tuple(files)


def create(course: Course, folder: Path, topics: Sequence[Topic] | None, *, notebooks: bool = False) -> int:
    """Write the files of a course folder that are not there yet, and return how many those were.

    Args:
        course: what is given out.
        folder: where; made if it is not there.
        topics: which; None for all, also those that the course gets later.
        notebooks: whether tasks are solved in notebooks in place of modules.

    Raises:
        Occupied: a file is there with other content; nothing was written.
        OSError: a file cannot be written; those before it are whole, and calling again goes on.
    """
    chosen = course.topics if topics is None else tuple(topics)
    files = given_files(course, chosen, notebooks=notebooks)
    occupied = [path for path, data in files.items() if differs(folder / path, data)]
    if occupied:
        raise Occupied(folder, occupied)
    slugs = None if topics is None else tuple(topic.slug for topic in topics)
    given = {path: digest(data) for path, data in files.items()}
    missing = {path: data for path, data in files.items() if not (folder / path).exists()}
    write_bases(folder, files, [work_file(topic.slug, notebooks) for topic in chosen])
    for path, data in missing.items():
        write_whole(folder / path, data)
    write_state(folder, State(slugs, notebooks, given))
    return len(missing)


def differs(file: Path, data: bytes) -> bool:
    """Whether something is at this place that is not a file of this content."""
    if not file.exists() and not file.is_symlink():
        return any(parent.is_file() for parent in file.parents)
    return not file.is_file() or file.read_bytes() != data


def write_bases(folder: Path, files: Mapping[str, bytes], paths: Sequence[str]) -> None:
    """Keep the files to solve as they are given, to tell later what the learner has changed."""
    for path in paths:
        write_whole(base_of(folder, path), files[path])
