"""What is known of a notebook while it is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from grader.intake.notebook.magics import Cleaned
from grader.intake.notebook.model import BrokenCell, Document
from grader.intake.notebook.units import Unit


@dataclass
class Reading:
    """The cells of code, those that are Python, their statements, and which of these are kept."""

    document: Document
    python: dict[int, Cleaned] = field(default_factory=dict)  # by position among the cells of code
    statements: int = 0  # of all cells, also of those that are too many to look at
    units: list[Unit] = field(default_factory=list)
    broken: list[tuple[int, BrokenCell]] = field(default_factory=list)  # with the position of the cell
    kept: set[int] = field(default_factory=set)  # positions of units

    @cached_property
    def whole(self) -> set[int]:
        """The positions of cells that are as our writer left them."""
        cells = enumerate(self.document.cells)
        return {at for at, cell in cells if cell.mark.sha and cell.mark.sha == fingerprint(cell.source)}

    @cached_property
    def by_cell(self) -> dict[int, list[tuple[int, Unit]]]:
        """The units of each cell with their positions; to be asked for when every cell has been read."""
        found: dict[int, list[tuple[int, Unit]]] = {}
        for position, unit in enumerate(self.units):
            found.setdefault(unit.cell, []).append((position, unit))
        return found

    @cached_property
    def taken(self) -> set[int]:
        """The positions of cells of which anything is kept; to be asked for when that is decided."""
        return self.whole & self.python.keys() | {self.units[at].cell for at in self.kept}

    def kept_units(self) -> Iterator[Unit]:
        """Yield the units of the module in order."""
        return (self.units[at] for at in sorted(self.kept))


def fingerprint(source: str) -> str:
    """Return what tells whether a cell is still as it was written."""
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()[:16]
