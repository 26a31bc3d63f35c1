"""A notebook's cells and the module made of them: frozen data."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Mark:
    """What our own writer left in a cell's metadata."""

    role: str = ""  # head, between, task, check; input for a kernel's history; "" for a cell that is not ours
    tasks: tuple[str, ...] = ()  # bare names
    sha: str = ""  # of the source as it was written


@dataclass(frozen=True)
class Cell:
    """One cell of code."""

    label: str  # "cell 5", counted from the top with the cells of text; "In [5]" in a running kernel
    source: str
    count: int | None = None  # when it was last run, as the notebook says
    mark: Mark = Mark()


@dataclass(frozen=True)
class Document:
    """What a notebook file holds that is of use here."""

    cells: tuple[Cell, ...]  # of code, in the order of the document
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stretch:
    """Consecutive lines of a module that stand as consecutively in one cell."""

    line: int  # of the module, the first
    label: str
    cell_line: int


@dataclass(frozen=True)
class BrokenCell:
    """A cell, or a part of one, that is no Python; the message is whole sentences for the learner."""

    label: str
    line: int | None
    message: str


@dataclass(frozen=True)
class ModuleText:
    """A notebook as a module: its text, where each line comes from, and what is to be said about it."""

    text: str
    stretches: tuple[Stretch, ...]
    notes: tuple[str, ...] = ()
    broken: Mapping[str, BrokenCell] = field(default_factory=dict)  # by the name that is defined there
    defined: Mapping[str, str] = field(default_factory=dict)  # name -> label of the cell that counts

    def place(self, line: int) -> str:
        """Return what a learner calls a line of the module: "cell 5, line 3"."""
        at = bisect_right(self.stretches, line, key=lambda stretch: stretch.line) - 1
        if at < 0:
            return f"line {line}"
        stretch = self.stretches[at]
        return f"{stretch.label}, line {line - stretch.line + stretch.cell_line}"
