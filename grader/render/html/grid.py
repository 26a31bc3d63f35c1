"""Grids of numbers before they are drawn: within bounds, and with rows of one length."""

from __future__ import annotations

from collections.abc import Iterable

from grader.report import Grid

MOST_SIDE = 64  # rows and columns
LARGEST = 1e30  # as of every number that a test draws; what is beyond is a gap


def bounded(grid: Grid) -> Grid:
    """The first rows and columns of a grid; nothing at all if it is empty or its rows differ in length."""
    rows = tuple(tuple(map(_finite, row[:MOST_SIDE])) for row in grid[:MOST_SIDE])
    return rows if rows and rows[0] and len({len(row) for row in rows}) == 1 else ()


def values_of(grids: Iterable[Grid]) -> list[float]:
    """All numbers of some grids, without the gaps."""
    return [value for grid in grids for row in grid for value in row if value is not None]


def _finite(value: float | None) -> float | None:
    return value if value is not None and abs(value) <= LARGEST else None
