"""Exports of Otter-Grader, named after student, notebook and time: alice_losses_2024_01_31T23_59_58_123456.zip."""

from __future__ import annotations

from grader.classroom.reading.found import Reading, Spot
from grader.classroom.reading.layouts import by_name
from grader.classroom.reading.stamps import otter_stamp

TITLE = "Otter exports"


def fits(spot: Spot) -> int:
    """Count the exports that tell their student; those in a student's own folder need not."""
    return sum(
        otter_stamp(node.name) is not None and bool(by_name.telling(node, spot.topics))
        for node in spot.folder.files()
    )


def find(spot: Spot) -> Reading:
    """Return each student's exports, in the order of the times in their names."""
    return by_name.read(spot)
