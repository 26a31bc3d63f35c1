"""From the bytes of a notebook to the text of a module."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from grader.intake.errors import shown
from grader.intake.notebook.assemble import assembled
from grader.intake.notebook.document import Unusable, read_document
from grader.intake.notebook.magics import NotPython, cleaned
from grader.intake.notebook.model import BrokenCell, Cell, ModuleText
from grader.intake.notebook.reading import Reading
from grader.intake.notebook.remarks import remarks
from grader.intake.notebook.select import selected
from grader.intake.notebook.units import units_of
from grader.intake.source import SourceProblem

DEFINED = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+([^\W\d]\w*)", re.MULTILINE)
MOST_STATEMENTS = 5000
TOO_DEEP = "it is too deeply nested for Python to read: write shorter expressions."


def module_of(data: bytes, name: str, tasks: Collection[str] = ()) -> ModuleText | SourceProblem:
    """Return the module that a notebook's cells make up in the order of the document.

    Cells that are as our own writer left them are kept whole. Of all others imports, definitions and assignments are
    kept as far as the tasks need them; calls, plots and experiments are left out, and a note says where.

    Args:
        data: the file.
        name: what the learner calls it.
        tasks: the names that are asked for, besides those that our writer has marked.
    """
    name = shown(name)
    try:
        reading = Reading(read_document(data, name))
    except Unusable as fault:
        return SourceProblem(str(fault))
    cells = reading.document.cells
    for at, cell in enumerate(cells):
        _read_cell(reading, at, cell, name)
        if reading.statements > MOST_STATEMENTS:
            return SourceProblem(f"{name} holds more than {MOST_STATEMENTS} statements: move data out of it.")
    wanted = {*tasks, *(task for cell in cells for task in cell.mark.tasks)}
    whole = {at for at, unit in enumerate(reading.units) if unit.cell in reading.whole}
    reading.kept = selected(reading.units, wanted, whole)
    text, stretches = assembled(reading)
    if not text.strip():
        return _nothing(reading, name)
    bound = _bound(reading)
    defined = {each: cells[at].label for each, at in bound.items()}
    return ModuleText(text, stretches, remarks(reading, wanted, name), _broken(reading, bound), defined)


def _read_cell(reading: Reading, at: int, cell: Cell, name: str) -> None:
    place = f"{name}, {cell.label}"
    python = cleaned(cell.source, place)
    if isinstance(python, NotPython):
        reading.broken.append((at, BrokenCell(cell.label, python.line, python.message)))
        return
    reading.statements += len(python.tree.body)
    if reading.statements > MOST_STATEMENTS:
        return
    try:
        reading.units += list(units_of(python.tree, python.lines, at))
        reading.python[at] = python
    except SyntaxError as error:
        message = f"{place}, line {error.lineno}: syntax error: {shown(error.msg)[:200]}"
        reading.broken.append((at, BrokenCell(cell.label, error.lineno, message)))
    except Exception:  # RecursionError, MemoryError, ValueError: Python gives up on it
        reading.broken.append((at, BrokenCell(cell.label, None, f"{place}: {TOO_DEEP}")))


def _bound(reading: Reading) -> dict[str, int]:
    """Return the names of the module with the cell that counts, the last one that binds them."""
    return {name: unit.cell for unit in reading.kept_units() for name in unit.binds}


def _broken(reading: Reading, bound: Mapping[str, int]) -> dict[str, BrokenCell]:
    """Return the names that a broken cell would define, unless a cell below it does."""
    found = {}
    for at, cell in reading.broken:
        given = reading.document.cells[at]
        for name in {*DEFINED.findall(given.source), *given.mark.tasks}:
            if bound.get(name, -1) < at:
                found[name] = cell
    return found


def _nothing(reading: Reading, name: str) -> SourceProblem:
    if reading.broken:
        return SourceProblem(f"{reading.broken[0][1].message}\nNo other cell holds a part of the exercise.")
    return SourceProblem(
        f"{name} holds no code that belongs to the exercise: define each function or class in a cell."
    )
