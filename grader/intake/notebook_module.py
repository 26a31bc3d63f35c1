"""The cells of a notebook as the text of a module, where each line comes from, and what a learner should know of it."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, dropwhile, pairwise

from grader.intake.bindings import bindings_of
from grader.intake.notebook_document import BrokenCell, Cell, ModuleText, Origin, read_document
from grader.intake.notebook_statements import Unit, selected, units_of
from grader.intake.python_text import Cleaned, SourceProblem, UnreadableSource, cleaned, shown


@dataclass
class ParsedNotebook:
    """The cells of code, those that are Python, their statements, and which of these are kept."""

    cells: list[Cell]
    notes: list[str]  # on the document
    python: dict[int, Cleaned] = field(default_factory=dict)  # by position among the cells of code
    statements: int = 0  # of all cells, also of those that are too many to look at
    units: list[Unit] = field(default_factory=list)
    broken: dict[int, BrokenCell] = field(default_factory=dict)  # by position of the cell
    kept: set[Unit] = field(default_factory=set)

    @cached_property
    def whole(self) -> set[int]:
        """The positions of cells that are as our writer left them."""
        cells = enumerate(self.cells)
        return {at for at, cell in cells if cell.mark.sha and cell.mark.sha == fingerprint(cell.source)}

    @cached_property
    def by_cell(self) -> dict[int, list[Unit]]:
        """The units of each cell; to be asked for when every cell has been read."""
        found: dict[int, list[Unit]] = {}
        for unit in self.units:
            found.setdefault(unit.cell, []).append(unit)
        return found

    @cached_property
    def taken(self) -> list[int]:
        """The positions of cells of which anything is kept, in order; to be asked for when that is decided."""
        return sorted(self.whole & self.python.keys() | {unit.cell for unit in self.kept})

    def stays(self, unit: Unit) -> bool:
        """Whether a unit of a cell that is taken is left where it is."""
        return unit in self.kept or unit.is_text


DEFINED = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+([^\W\d]\w*)", re.MULTILINE)


def names_bound(source: str) -> set[str]:
    """Return the names that a cell binds, or would bind if Python could read it."""
    python = cleaned(source, "")
    return set(bindings_of(python.tree).by_name) if isinstance(python, Cleaned) else set(DEFINED.findall(source))


def fingerprint(source: str) -> str:
    """Return what tells whether a cell is still as it was written."""
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()[:16]


GAP = 2  # blank lines between two cells


def assembled(notebook: ParsedNotebook) -> tuple[str, list[Origin]]:
    """Return a module's text, two blank lines between cells, and where each of its lines is from.

    What is left out of a cell leaves blank lines behind. A `from __future__ import` that stands too far down for a
    module, which a notebook allows, moves to the top.
    """
    lines, origins = list[str](), list[Origin]()

    def add(at: int, first: int, more: Sequence[str]) -> None:
        lines.extend(more)
        origins.extend((notebook.cells[at].label, first + number) for number in range(len(more)))

    moved = _too_far_down(notebook)
    for unit in moved:
        add(unit.cell, unit.first, notebook.python[unit.cell].lines[unit.first - 1 : unit.last])
    for at in notebook.taken:
        add(at, 1 - GAP, [""] * GAP if lines else [])
        add(at, 1, _lines(notebook, at, moved))
    return "\n".join(lines) + "\n", origins


def _lines(notebook: ParsedNotebook, at: int, moved: Collection[Unit]) -> list[str]:
    lines = list(notebook.python[at].lines)
    for unit in notebook.by_cell.get(at, ()):
        if unit in moved or not notebook.stays(unit):
            lines[unit.first - 1 : unit.last] = [""] * (unit.last - unit.first + 1)
    while at not in notebook.whole and lines and not lines[-1].strip():
        lines.pop()
    return lines


def _too_far_down(notebook: ParsedNotebook) -> list[Unit]:
    """Return the future imports that something else of the module stands above."""
    units = [unit for unit in notebook.units if unit.cell in notebook.taken and notebook.stays(unit)]
    opening = 1 if units and units[0].is_text else 0
    return [unit for unit in dropwhile(lambda unit: unit.is_future, units[opening:]) if unit.is_future]


HISTORY = "input"  # the role of cells that a kernel has run
MOST_PLACES = 8  # in one note
MOST_BROKEN = 5


def remarks(notebook: ParsedNotebook, tasks: Collection[str], name: str) -> tuple[str, ...]:
    """Return one sentence for each thing that is not as in a file of Python.

    Of a kernel's history nothing is said about experiments and second definitions: it is full of them.
    """
    broken = _broken_cells(list(notebook.broken.values()))
    if any(cell.mark.role == HISTORY for cell in notebook.cells):
        return tuple(broken)
    others = chain(notebook.notes, _magics(notebook), _left_out(notebook), _twice(notebook, tasks), _order(notebook))
    return (*broken, *(f"{name}: {note}" for note in others))


def _broken_cells(broken: Sequence[BrokenCell]) -> Iterator[str]:
    for cell in broken[:MOST_BROKEN]:
        head = cell.message.partition("\n")[0].rstrip(".")
        yield f"{head}: {cell.label} is left out, and the other cells are graded without it"
    if len(broken) > MOST_BROKEN:
        yield f"{len(broken) - MOST_BROKEN} more cells are no Python: they are left out"


def _magics(notebook: ParsedNotebook) -> Iterator[str]:
    taken = [(notebook.cells[at], python.taken) for at, python in notebook.python.items() if python.taken]
    if taken:
        cell, lines = taken[0]
        first = shown(cell.source.split("\n")[lines[0] - 1].strip())[:60]
        places = [f"{cell.label}, {_span(min(lines), max(lines))}" for cell, lines in taken]
        yield f"lines for the notebook, such as `{first}`, are no Python and are left out: {_listed(places)}"


def _left_out(notebook: ParsedNotebook) -> Iterator[str]:
    """Yield where statements are left out, but for those that do nothing and imports of what is there anyway."""
    places = []
    for at, units in notebook.by_cell.items():
        dropped = [unit for unit in units if not notebook.stays(unit) and not unit.is_nothing]
        dropped = [unit for unit in dropped if not unit.is_import or unit.is_foreign]
        if dropped:
            span = f", {_span(dropped[0].first, dropped[-1].last)}" if at in notebook.taken else ""
            places.append(f"{notebook.cells[at].label}{span}")
    if places:
        yield f"what no task needs is not part of the module and is left out: {_listed(places)}"


def _twice(notebook: ParsedNotebook, tasks: Collection[str]) -> Iterator[str]:
    cells = defaultdict[str, set[int]](set)
    for unit in notebook.units:
        for name in unit.binds.intersection(tasks):
            cells[name].add(unit.cell)
    for name, found in sorted(cells.items()):
        if len(found) > 1:
            labels = " and ".join(notebook.cells[at].label for at in sorted(found)[-3:])
            yield f"{shown(name)} is defined in {labels}: the last one counts"


def _order(notebook: ParsedNotebook) -> Iterator[str]:
    ran = [cell for cell in map(notebook.cells.__getitem__, notebook.taken) if cell.count]
    for above, below in pairwise(ran):
        if (below.count or 0) < (above.count or 0):
            what = f"{below.label} was last run before {above.label}, which stands above it"
            yield f"{what}: cells are graded from the top down"
            return


def _span(first: int, last: int) -> str:
    return f"line {first}" if first == last else f"lines {first} to {last}"


def _listed(listed: Sequence[str]) -> str:
    more = f"; and {len(listed) - MOST_PLACES} more" if len(listed) > MOST_PLACES else ""
    return "; ".join(listed[:MOST_PLACES]) + more


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
        notebook = ParsedNotebook(*read_document(data, name))
    except UnreadableSource as fault:
        return fault.problem
    cells = notebook.cells
    for at, cell in enumerate(cells):
        _read_cell(notebook, at, cell, name)
        if notebook.statements > MOST_STATEMENTS:
            return SourceProblem(f"{name} holds more than {MOST_STATEMENTS} statements: move data out of it.")
    wanted = {*tasks, *(task for cell in cells for task in cell.mark.tasks)}
    whole = {unit for unit in notebook.units if unit.cell in notebook.whole}
    notebook.kept = selected(notebook.units, wanted, whole)
    text, origins = assembled(notebook)
    if not text.strip():
        return _nothing(notebook, name)
    bound = {each: unit.cell for unit in notebook.units if unit in notebook.kept for each in unit.binds}
    defined = {each: cells[at].label for each, at in bound.items()}
    return ModuleText(text, origins, remarks(notebook, wanted, name), _broken(notebook, bound), defined)


def _read_cell(notebook: ParsedNotebook, at: int, cell: Cell, name: str) -> None:
    place = f"{name}, {cell.label}"
    python = cleaned(cell.source, place)
    if isinstance(python, SourceProblem):
        notebook.broken[at] = BrokenCell(cell.label, python.line, python.message)
        return
    notebook.statements += len(python.tree.body)
    if notebook.statements > MOST_STATEMENTS:
        return
    try:
        notebook.units += list(units_of(python.tree, python.lines, at))
        notebook.python[at] = python
    except SyntaxError as error:
        message = f"{place}, line {error.lineno}: syntax error: {shown(error.msg)[:200]}"
        notebook.broken[at] = BrokenCell(cell.label, error.lineno, message)
    except Exception:  # RecursionError, MemoryError, ValueError: Python gives up on it
        notebook.broken[at] = BrokenCell(cell.label, None, f"{place}: {TOO_DEEP}")


def _broken(notebook: ParsedNotebook, bound: Mapping[str, int]) -> dict[str, BrokenCell]:
    """Return the names that a broken cell would define, unless a cell below it does."""
    found = {}
    for at, cell in notebook.broken.items():
        given = notebook.cells[at]
        for name in {*DEFINED.findall(given.source), *given.mark.tasks}:
            if bound.get(name, -1) < at:
                found[name] = cell
    return found


def _nothing(notebook: ParsedNotebook, name: str) -> SourceProblem:
    for cell in notebook.broken.values():
        return SourceProblem(f"{cell.message}\nNo other cell holds a part of the exercise.")
    return SourceProblem(
        f"{name} holds no code that belongs to the exercise: define each function or class in a cell."
    )
