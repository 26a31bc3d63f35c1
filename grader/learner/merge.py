"""A newer stub or notebook brought into one that a learner has been writing in: what is missing comes to its end."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.intake.bindings import bindings_of
from grader.intake.notebook_document import mark_of, source_of
from grader.intake.notebook_module import DEFINED, names_bound
from grader.learner.definitions import code_cells, loaded_notebook, notebook_bytes, pieces_of

GAP = ["", ""]


@dataclass
class Merged:
    """The new text, and what became of the pieces that are not as they were."""

    text: str = ""
    added: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # the course has changed them, and they stay as they are


def merged(theirs: str, base: str, new: str) -> Merged:
    """Bring a newer stub into a learner's module: what is missing is added, and everything else stays.

    Args:
        theirs: the learner's module.
        base: the stub as it was given to them.
        new: the stub as it is now.

    Raises:
        SyntaxError: the learner's module is not Python.
    """
    lines, ours, newer = theirs.split("\n"), pieces_of(theirs), pieces_of(new)
    mine, given, wanted = map(_texts, (theirs, base, new))
    bound = _names(theirs) | mine.keys()
    missing = [piece.key for piece in newer if piece.key not in bound and not piece.is_import]
    kept = [key or "the docstring of the module" for key in wanted if _has_changed(mine, given, wanted, key)]
    if not missing:
        return Merged(theirs, kept=kept)
    imports = [line for piece in newer if piece.is_import and _names(piece.key) - bound for line in wanted[piece.key]]
    end = max((piece.end for piece in ours if piece.is_import or not piece.key), default=0)
    while lines and not lines[-1].strip():
        lines.pop()
    more = [line for key in missing for line in (*GAP, *wanted[key])]
    return Merged("\n".join([*lines[:end], *imports, *lines[end:], *more, ""]), missing, kept)


def _texts(text: str) -> dict[str, list[str]]:
    return {piece.key: piece.of(text.split("\n")) for piece in pieces_of(text)}


def _names(text: str) -> set[str]:
    return set(bindings_of(ast.parse(text)).by_name)


def _has_changed(mine: Mapping[str, Any], given: Mapping[str, Any], wanted: Mapping[str, Any], key: str) -> bool:
    """Whether the course has changed a piece since it was given, and theirs is another one."""
    return key in mine and mine[key] != wanted[key] and given.get(key) not in (None, wanted[key])


HEAD = "the imports"  # what the first cell of code is called
Cell = dict[str, Any]


def merged_notebook(theirs: bytes, base: bytes, new: bytes) -> Merged:
    """Bring a newer notebook into a learner's: missing cells are added, behind the imports if these are others now.

    Raises:
        Unreadable: one of them is no notebook.
    """
    notebook, was, now = (loaded_notebook(data) if data else {"cells": []} for data in (theirs, base, new))
    mine: dict[str, str | None] = {}
    for cell in code_cells(notebook):
        names = [HEAD] if mark_of(cell).role == "head" else names_bound(source_of(cell) or "")
        mine |= dict.fromkeys(names, source_of(cell))
    given, wanted = ({key: source_of(cell) for key, cell, _ in _work_cells(book["cells"])} for book in (was, now))
    result = Merged(kept=[key for key in wanted if _has_changed(mine, given, wanted, key)])
    for key, _, around in _work_cells(now["cells"]):
        if key not in mine or (key in result.kept and key == HEAD and wanted.keys() - mine.keys()):
            notebook["cells"] += around
            result.added.append(key)
    result.text = notebook_bytes(notebook).decode()
    return result


def _work_cells(cells: list[Cell]) -> Iterator[tuple[str, Cell, list[Cell]]]:
    """Yield what each cell of work is for, the cell, and all that comes with it: the texts above, the check below."""
    above: list[Cell] = []
    for place, cell in enumerate(cells):
        if cell["cell_type"] == "code":
            if key := HEAD if mark_of(cell).role == "head" else next(iter(DEFINED.findall(source_of(cell) or "")), ""):
                checks = [each for each in cells[place + 1 : place + 2] if mark_of(each).role == "check"]
                yield key, cell, [*above, cell, *checks]
            above = []
        else:
            above.append(cell)
