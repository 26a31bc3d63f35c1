"""The cells that a kernel has run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from grader.intake.bindings import bindings_of
from grader.intake.notebook.document import KEY, Cell
from grader.intake.notebook.magics import Cleaned, cleaned
from grader.intake.notebook.module import DEFINED

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def cells_of(shell: InteractiveShell) -> list[Cell]:
    """Return the cells of this session in the order in which they were run, as they were typed.

    Cells that failed are among them: the kernel has what they had defined until then. A cell that was run again
    without a change stands where it was run last.
    """
    typed = list(shell.history_manager.input_hist_raw) if shell.history_manager else []
    last = {source: number for number, source in enumerate(typed)}
    cells = [
        Cell(f"In [{number}]", source, number)
        for number, source in enumerate(typed)
        if source.strip() and last[source] == number
    ]
    return [cell for at, cell in enumerate(cells) if not _is_repaired(cell, cells[at + 1 :])]


def _is_repaired(cell: Cell, later: Sequence[Cell]) -> bool:
    """Whether a cell was no Python, so that it defined nothing, and what it was to define was run later."""
    if not later or isinstance(cleaned(cell.source, cell.label), Cleaned):
        return False
    return set(DEFINED.findall(cell.source)) <= defined_in(later)


def defined_in(cells: Iterable[Cell]) -> set[str]:
    """Return the names that the cells bind, or would bind if Python could read them."""
    names: set[str] = set()
    for cell in cells:
        python = cleaned(cell.source, cell.label)
        if isinstance(python, Cleaned):
            names |= set(bindings_of(python.tree).by_name)
        else:
            names |= set(DEFINED.findall(cell.source))
    return names


def as_file(cells: Sequence[Cell]) -> str:
    """Return the text of a notebook whose cells are called by their number in the kernel, such as In [5]."""
    rows: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "execution_count": cell.count,
            "metadata": {KEY: {"role": "input"}},
            "outputs": [],
            "source": cell.source,
        }
        for cell in cells
    ]
    return json.dumps({"cells": rows, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
