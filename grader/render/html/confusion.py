"""A confusion matrix as a table: each count with how large a share of its row it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.render.html.text import figure
from grader.report import Grid

SHADES = 5


@dataclass(frozen=True)
class Cell:
    """One count; `shade` is its share of the row, from 0 for nothing to 5."""

    text: str
    shade: int
    right: bool  # whether the class was recognised


@dataclass(frozen=True)
class Row:
    """One true class."""

    name: str
    cells: tuple[Cell, ...]


def rows_of(grid: Grid, names: Sequence[str]) -> tuple[Row, ...]:
    """A row for each class."""
    return tuple(Row(name, _cells(row, grid[row])) for row, name in enumerate(names))


def _cells(row: int, values: Sequence[float | None]) -> tuple[Cell, ...]:
    most = max((value for value in values if value is not None), default=0.0)
    total = sum(max(0.0, value or 0.0) / most for value in values) * most if most > 0 else 0.0
    return tuple(
        Cell(figure(value), _shade(value, total), column == row) for column, value in enumerate(values)
    )


def _shade(value: float | None, total: float) -> int:
    if not value or value < 0 or not total:
        return 0
    return 1 + min(SHADES - 1, int(value / total * SHADES))
