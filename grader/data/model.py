"""What loading a data set gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from torch import Tensor


class Part(NamedTuple):
    """Rows with their targets."""

    x: Any  # (N, ...) float32, or a list of N strings
    y: Tensor  # (N,) int64 class numbers, or (N,) float32 numbers to predict


@dataclass(frozen=True)
class DataSet:
    """A data set in two parts, which are the same on every machine."""

    name: str
    train: Part
    test: Part
    features: tuple[str, ...]  # names of the columns of x; empty for images and words
    classes: tuple[str, ...]  # classes[y] is the name of a class; empty where y is a number to predict


@dataclass(frozen=True)
class Table:
    """A small table with gaps, of which every row is given."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[float | str | None, ...], ...]  # one value for each column; None where the file says NA
    text: str  # the file itself, with commas, a header and NA

    def column(self, name: str) -> list[float | str | None]:
        """Return the values of one column, top to bottom."""
        at = self.columns.index(name)
        return [row[at] for row in self.rows]
