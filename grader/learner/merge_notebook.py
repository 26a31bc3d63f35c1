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


def merged_notebook(theirs: bytes, base: bytes, new: bytes) -> Merged:
    """Bring a newer notebook into a learner's: missing cells are added, untouched ones renewed, the rest stays.

    Raises:
        Unreadable: one of them is no notebook.
    """
    notebook = _load(theirs)
    cells: list[Cell] = notebook["cells"]
    given = {key: _source(cell) for key, cell, _ in _work_cells(_load(base)["cells"])} if base else {}
    added, renewed, kept, last = [], [], [], None
    for key, cell, above in _work_cells(_load(new)["cells"]):
        mine = next((each for each in cells if _is_code(each) and _binds(each, key)), None)
        if mine is None:
            place = len(cells) if last is None else cells.index(last) + 1
            cells[place:place] = [*above, cell]
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
    """Yield the name that each code cell defines, the cell, and the texts that stand above it."""
    above: list[Cell] = []
    for cell in cells:
        names = _defined(cell) if _is_code(cell) else []
        if names:
            yield names[0], cell, above
        above = [] if _is_code(cell) else [*above, cell]


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
