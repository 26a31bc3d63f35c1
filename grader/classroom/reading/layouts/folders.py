"""A folder or an archive for each student, named after the student."""

from __future__ import annotations

from grader.classroom.reading.found import Layout, Spot
from grader.classroom.reading.layouts.by_name import read_by_name, telling


def _fits_folders(spot: Spot) -> int:
    """Count folders, archives, and files that tell student and topic."""
    return sum(bool(telling(node, spot.topics)) for node in spot.folder.children())


FOLDERS = Layout("a folder or an archive for each student", _fits_folders, read_by_name)
