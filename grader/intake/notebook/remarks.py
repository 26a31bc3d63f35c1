"""What a learner should know about how a notebook was read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from grader.intake.errors import shown
from grader.intake.notebook.reading import Reading

HISTORY = "input"  # the role of cells that a kernel has run
MOST_PLACES = 8  # in one note
MOST_BROKEN = 5


def remarks(reading: Reading, tasks: Collection[str], name: str) -> tuple[str, ...]:
    """Return one sentence for each thing that is not as in a file of Python.

    Of a kernel's history nothing is said about experiments and second definitions: it is full of them.
    """
    if any(cell.mark.role == HISTORY for cell in reading.document.cells):
        return tuple(_broken(reading))
    others = (
        *reading.document.notes,
        *_magics(reading),
        *_left_out(reading),
        *_twice(reading, tasks),
        *_order(reading),
    )
    return (*_broken(reading), *(f"{name}: {note}" for note in others))


def _broken(reading: Reading) -> Iterator[str]:
    for _, cell in reading.broken[:MOST_BROKEN]:
        head = cell.message.partition("\n")[0].rstrip(".")
        yield f"{head}: {cell.label} is left out, and the other cells are graded without it"
    if len(reading.broken) > MOST_BROKEN:
        yield f"{len(reading.broken) - MOST_BROKEN} more cells are no Python: they are left out"


def _magics(reading: Reading) -> Iterator[str]:
    taken = {at: python.taken for at, python in reading.python.items() if python.taken}
    if not taken:
        return
    at, lines = next(iter(taken.items()))
    first = shown(reading.document.cells[at].source.split("\n")[lines[0] - 1].strip())[:60]
    places = [f"{_label(reading, at)}, {_span(min(lines), max(lines))}" for at, lines in taken.items()]
    yield f"lines for the notebook, such as `{first}`, are no Python and are left out: {_listed(places)}"


def _left_out(reading: Reading) -> Iterator[str]:
    """Yield where statements are left out, but for those that do nothing and imports of what is there anyway."""
    places = []
    for at in range(len(reading.document.cells)):
        units = reading.by_cell.get(at, [])
        dropped = [unit for position, unit in units if position not in reading.kept]
        dropped = [unit for unit in dropped if not (unit.is_text or unit.is_nothing)]
        dropped = [unit for unit in dropped if not unit.is_import or unit.is_foreign]
        if dropped and at in reading.taken:
            places.append(f"{_label(reading, at)}, {_span(dropped[0].first, dropped[-1].last)}")
        elif dropped:
            places.append(_label(reading, at))
    if places:
        reason = "what no task needs is not part of the module"
        yield f"{reason} and is left out: {_listed(places)}"


def _twice(reading: Reading, tasks: Collection[str]) -> Iterator[str]:
    cells: dict[str, list[int]] = {}
    for unit in reading.units:
        for name in unit.binds & set(tasks):
            cells.setdefault(name, []).append(unit.cell)
    for name, found in sorted(cells.items()):
        if len(set(found)) > 1:
            labels = " and ".join(_label(reading, at) for at in sorted(set(found))[-3:])
            yield f"{shown(name)} is defined in {labels}: the last one counts"


def _order(reading: Reading) -> Iterator[str]:
    ran = [
        (cell.count, at)
        for at, cell in enumerate(reading.document.cells)
        if at in reading.taken and cell.count
    ]
    for (count, at), (next_count, following) in zip(ran, ran[1:], strict=False):
        if next_count < count:
            first, second = _label(reading, following), _label(reading, at)
            yield f"{first} was last run before {second}, which stands above it: cells are graded from the top down"
            return


def _label(reading: Reading, at: int) -> str:
    return reading.document.cells[at].label


def _span(first: int, last: int) -> str:
    return f"line {first}" if first == last else f"lines {first} to {last}"


def _listed(places: Iterable[str]) -> str:
    listed = list(places)
    more = f"; and {len(listed) - MOST_PLACES} more" if len(listed) > MOST_PLACES else ""
    return "; ".join(listed[:MOST_PLACES]) + more
