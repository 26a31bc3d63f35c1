"""Exports of Otter-Grader, named after student, notebook and time: alice_losses_2024_01_31T23_59_58_123456.zip."""

from __future__ import annotations

from grader.classroom.reading.found import Layout, Spot
from grader.classroom.reading.layouts.by_name import read_by_name, telling
from grader.classroom.reading.stamps import otter_stamp


def _fits_otter(spot: Spot) -> int:
    """Count the exports that tell their student; those in a student's own folder need not."""
    return sum(
        otter_stamp(node.name) is not None and bool(telling(node, spot.topics))
        for node in spot.folder.files()
    )


OTTER = Layout("Otter exports", _fits_otter, read_by_name)
