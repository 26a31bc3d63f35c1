"""The kept parts of a notebook's cells as one text, and where each of its lines comes from."""

from __future__ import annotations

from collections.abc import Collection

from grader.intake.notebook.model import Stretch
from grader.intake.notebook.reading import Reading
from grader.intake.notebook.units import Unit

GAP = 2  # blank lines between two cells


def assembled(reading: Reading) -> tuple[str, tuple[Stretch, ...]]:
    """Return a module's text, two blank lines between cells, and its stretches.

    What is left out of a cell leaves blank lines behind. A `from __future__ import` that stands too far down for a
    module, which a notebook allows, moves to the top.
    """
    lines: list[str] = []
    stretches: list[Stretch] = []
    moved = _too_far_down(reading)
    for unit in moved:
        stretches.append(Stretch(len(lines) + 1, reading.document.cells[unit.cell].label, unit.first))
        lines += reading.python[unit.cell].lines[unit.first - 1 : unit.last]
    for at in sorted(reading.taken):
        if lines:
            lines += [""] * GAP
        stretches.append(Stretch(len(lines) + 1, reading.document.cells[at].label, 1))
        lines += _lines(reading, at, moved)
    return "\n".join(lines) + "\n", tuple(stretches)


def _lines(reading: Reading, at: int, moved: Collection[Unit]) -> list[str]:
    lines = list(reading.python[at].lines)
    for position, unit in reading.by_cell.get(at, ()):
        if unit in moved or not _stays(reading, position):
            lines[unit.first - 1 : unit.last] = [""] * (unit.last - unit.first + 1)
    while at not in reading.whole and lines and not lines[-1].strip():
        lines.pop()
    return lines


def _stays(reading: Reading, position: int) -> bool:
    return position in reading.kept or reading.units[position].is_text


def _too_far_down(reading: Reading) -> list[Unit]:
    """Return the future imports that something else of the module stands above."""
    taken = reading.taken
    units = [unit for at, unit in enumerate(reading.units) if unit.cell in taken and _stays(reading, at)]
    opening = 1 if units and units[0].is_text else 0
    while opening < len(units) and units[opening].is_future:
        opening += 1
    return [unit for unit in units[opening:] if unit.is_future]
