"""A newer notebook brought into one that a learner has been writing in, cell by cell."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from typing import Any

from grader.intake.bindings import bindings_of
from grader.learner.merge import Merged
from grader.learner.module import Unreadable

Cell = dict[str, Any]
HEAD = "the imports"  # what the first cell of code is called


def merged_notebook(theirs: bytes, base: bytes, new: bytes) -> Merged:
    """Bring a newer notebook into a learner's: missing cells are added, untouched ones renewed, the rest stays.

    Raises:
        Unreadable: one of them is no notebook.
    """
    notebook = _load(theirs)
    cells: list[Cell] = notebook["cells"]
    given = {key: _source(cell) for key, cell, _ in _work_cells(_load(base)["cells"])} if base else {}
    added, renewed, kept, last = [], [], [], None
    for key, cell, around in _work_cells(_load(new)["cells"]):
        mine = next((each for each in cells if _is_code(each) and _holds(each, key)), None)
        if mine is None:
            place = 0 if last is None else _behind(cells, last)
            cells[place:place] = around
            added.append(key)
        elif _source(mine) == given.get(key) != _source(cell):
            mine["source"], mine["outputs"], mine["execution_count"] = cell["source"], [], None
            renewed.append(key)
        elif given.get(key) not in (None, _source(cell)) and _source(mine) != _source(cell):
            kept.append(key)
        last = mine or cell
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    return Merged(text, tuple(added), tuple(renewed), tuple(kept))


def _load(data: bytes) -> dict[str, Any]:
    try:
        notebook = json.loads(data)
        if not all(isinstance(cell["cell_type"], str) and "source" in cell for cell in notebook["cells"]):
            raise TypeError("a cell has no type")
    except (ValueError, TypeError, KeyError) as problem:
        raise Unreadable(f"it is no notebook ({type(problem).__name__}: {problem})") from problem
    return dict(notebook)


def _work_cells(cells: list[Cell]) -> Iterator[tuple[str, Cell, list[Cell]]]:
    """Yield what each cell of work is for, the cell, and all that comes with it: the texts above, the check below."""
    above: list[Cell] = []
    for place, cell in enumerate(cells):
        key = _key(cell)
        if key:
            yield key, cell, [*above, *cells[place : _behind(cells, cell)]]
        above = [] if _is_code(cell) else [*above, cell]


def _key(cell: Cell) -> str | None:
    """Return the name that a cell defines, or what the cell with the imports is called."""
    if not _is_code(cell):
        return None
    return HEAD if _role(cell) == "head" else next(iter(_defined(cell)), None)


def _holds(cell: Cell, key: str) -> bool:
    return _role(cell) == "head" if key == HEAD else _binds(cell, key)


def _behind(cells: list[Cell], cell: Cell) -> int:
    """Return the place behind a cell and the one that grades it."""
    place = next(number for number, each in enumerate(cells) if each is cell) + 1
    while place < len(cells) and _role(cells[place]) == "check":
        place += 1
    return place


def _role(cell: Cell) -> str | None:
    """Return what our own writer has noted of a cell."""
    metadata = cell.get("metadata")
    mark = metadata.get("torchgrade") if isinstance(metadata, dict) else None
    return mark.get("role") if isinstance(mark, dict) else None


def _defined(cell: Cell) -> list[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    tree = _tree(cell)
    return [node.name for node in tree.body if isinstance(node, kinds)] if tree else []


def _binds(cell: Cell, name: str) -> bool:
    tree = _tree(cell)
    return f"def {name}" in _source(cell) if tree is None else name in bindings_of(tree).by_name


def _tree(cell: Cell) -> ast.Module | None:
    try:
        return ast.parse(_source(cell))
    except (SyntaxError, ValueError):  # also a line that only IPython understands
        return None


def _source(cell: Cell) -> str:
    return "".join(cell["source"])


def _is_code(cell: Cell) -> bool:
    return bool(cell["cell_type"] == "code")
