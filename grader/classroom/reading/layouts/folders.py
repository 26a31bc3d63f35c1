"""A folder or an archive for each student, named after the student."""

from __future__ import annotations

from grader.classroom.reading.found import Reading, Spot
from grader.classroom.reading.layouts import by_name
from grader.classroom.reading.tree import Folder

TITLE = "a folder or an archive for each student"


def fits(spot: Spot) -> int:
    """Count folders, archives, and files that tell student and topic."""
    return sum(bool(by_name.telling(node, spot.topics)) for node in spot.folder.children())


def find(spot: Spot) -> Reading:
    """Return what lies under each student's name."""
    return by_name.read(spot)


def holds_folders(spot: Spot) -> bool:
    """Whether any student has a folder."""
    return any(isinstance(node, Folder) for node in spot.folder.children())
