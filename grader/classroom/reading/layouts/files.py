"""Files beside one another whose names tell student and topic: alice_losses.py."""

from __future__ import annotations

from grader.classroom.reading.found import Layout, Spot
from grader.classroom.reading.layouts.by_name import read_by_name, telling
from grader.classroom.reading.names import is_archive
from grader.classroom.reading.tree import File


def _fits_files(spot: Spot) -> int:
    """Count the files, unless a student has a folder or an archive."""
    nodes = [node for node in spot.folder.children() if telling(node, spot.topics)]
    return len(nodes) if all(isinstance(node, File) and not is_archive(node.name) for node in nodes) else 0


FILES = Layout("files named after student and topic", _fits_files, read_by_name)
