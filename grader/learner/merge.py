"""A newer stub or notebook brought into one that a learner has been writing in, piece by piece."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.intake.bindings import bindings_of
from grader.learner.definitions import Piece, Unreadable, pieces_of

GAP = ["", ""]


@dataclass(frozen=True)
class Merged:
    """The new text, and what became of the pieces that are not as they were."""

    text: str
    added: tuple[str, ...] = ()
    renewed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()  # the course has changed them, but so has the learner


@dataclass
class _Change:
    """What is to be done to the learner's lines: pieces to replace, and lines to put before a place."""

    replaced: dict[str, list[str]] = field(default_factory=dict)
    inserted: dict[int, list[str]] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def insert(self, place: int, lines: list[str]) -> None:
        self.inserted.setdefault(place, []).extend(lines)


def merged(theirs: str, base: str, new: str) -> Merged:
    """Bring a newer stub into a learner's module.

    What is missing is added in its place; what the learner left as it was given is renewed; everything else stays.

    Args:
        theirs: the learner's module.
        base: the stub as it was given to them.
        new: the stub as it is now.

    Raises:
        SyntaxError: the learner's module is not Python.
    """
    tree = ast.parse(theirs)
    lines, ours = theirs.split("\n"), {piece.key: piece for piece in pieces_of(theirs)}
    given = {piece.key: piece.of(base.split("\n")) for piece in pieces_of(base)}
    wanted = pieces_of(new)
    bound = set(bindings_of(tree).by_name) | set(ours)
    missing = any(piece.key not in bound for piece in wanted if not piece.is_import)
    change = _Change()
    for number, piece in enumerate(wanted):
        text = piece.of(new.split("\n"))
        if piece.key in ours:
            _renew(change, piece.key, ours[piece.key].of(lines), given.get(piece.key), text)
        elif piece.is_import and (given.get(piece.key) != text or missing):
            _import(change, lines, ours, given, piece, text, bound)
        elif not piece.is_import and piece.key not in bound:
            change.insert(*_in_its_place(lines, ours, [each.key for each in wanted], number, text))
            change.added.append(piece.key)
    renewed = tuple(key or "the docstring of the module" for key in change.replaced)
    return Merged(_applied(lines, ours, change), tuple(change.added), renewed, tuple(change.kept))


def _renew(change: _Change, key: str, theirs: list[str], given: list[str] | None, new: list[str]) -> None:
    if theirs == new:
        return
    if theirs == given:
        change.replaced[key] = new
    elif given is not None and given != new:
        change.kept.append(key or "the docstring of the module")


def _import(
    change: _Change, lines: list[str], ours: dict[str, Piece], given: dict[str, list[str]], piece: Piece,
    text: list[str], bound: set[str],
) -> None:  # fmt: skip
    """Add an import that brings a missing name, in place of the one that it widens where that is as given."""
    names = _names(piece.key)
    if names <= bound:
        return
    narrower = [key for key in ours if key in given and ours[key].is_import and _widens(piece.key, key)]
    if narrower:
        change.replaced[narrower[0]] = text
        return
    imports = [each for each in ours.values() if each.is_import]
    after = max((each.end for each in imports), default=ours[""].end if "" in ours else 0)
    change.insert(after, text if imports else ["", *text])
    change.added.append(piece.key)


def _names(statement: str) -> set[str]:
    return set(bindings_of(ast.parse(statement)).by_name)


def _widens(wide: str, narrow: str) -> bool:
    """Whether one `from module import ...` brings what another of the same module does, and more."""
    same = wide.partition(" import ")[0] == narrow.partition(" import ")[0]
    return same and wide.startswith("from ") and _names(narrow) < _names(wide)


def _in_its_place(
    lines: list[str], ours: dict[str, Piece], keys: Sequence[str], number: int, text: list[str]
) -> tuple[int, list[str]]:
    """Return where a missing piece goes: behind the nearest that stands before it in the stub, else before the next."""
    before = [ours[key] for key in keys[:number] if key in ours and key and not ours[key].is_import]
    if before:
        return before[-1].end, [*GAP, *text]
    behind = [ours[key] for key in keys[number + 1 :] if key in ours and not ours[key].is_import]
    if behind:
        place = behind[0].begin
        while place and lines[place - 1].startswith("#"):
            place -= 1  # a comment above a definition belongs to it
        return place, [*text, *GAP]
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return end, [*GAP, *text]


def _applied(lines: list[str], ours: dict[str, Piece], change: _Change) -> str:
    """Return the lines with the changes, made from the last to the first so that places stay right."""
    result = list(lines)
    edits = [(ours[key].begin, ours[key].end, text) for key, text in change.replaced.items()]
    edits += [(place, place, text) for place, text in change.inserted.items()]
    for begin, end, text in sorted(edits, key=lambda edit: (edit[0], edit[1]), reverse=True):
        result[begin:end] = text
    return "\n".join(result)


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
