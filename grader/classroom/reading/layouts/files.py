"""Files beside one another whose names tell student and topic: alice_losses.py."""

from __future__ import annotations

from grader.classroom.reading.found import Reading, Spot
from grader.classroom.reading.layouts import by_name
from grader.classroom.reading.names import is_archive
from grader.classroom.reading.tree import File

TITLE = "files named after student and topic"


def fits(spot: Spot) -> int:
    """Count the files, unless a student has a folder or an archive."""
    nodes = [node for node in spot.folder.children() if by_name.telling(node, spot.topics)]
    return len(nodes) if all(isinstance(node, File) and not is_archive(node.name) for node in nodes) else 0


def find(spot: Spot) -> Reading:
    """Return what lies under each student's name."""
    return by_name.read(spot)
