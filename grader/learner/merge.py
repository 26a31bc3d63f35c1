"""A newer stub or notebook brought into one that a learner has been writing in, piece by piece."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.intake.bindings import bindings_of
from grader.intake.notebook_document import mark_of, source_of
from grader.intake.notebook_module import DEFINED, names_bound
from grader.intake.notebook_writing import LESSON
from grader.learner.definitions import Piece, code_cells, loaded_notebook, notebook_bytes, pieces_of

GAP = ["", ""]
Edits = dict[tuple[int, int], list[str]]  # the lines in place of those from one to before the other


@dataclass
class Merged:
    """The new text, and what became of the pieces that are not as they were."""

    text: str = ""
    added: list[str] = field(default_factory=list)
    renewed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # the course has changed them, but so has the learner

    def takes(self, key: str, theirs: object, given: object, new: object) -> bool:
        """Whether a piece of theirs gives way to the new one, as it does where it is as it was given; note it."""
        if theirs != new and theirs == given:
            self.renewed.append(key)
            return True
        if theirs != new and given not in (None, new):
            self.kept.append(key)
        return False


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
    bound = set(bindings_of(ast.parse(theirs)).by_name)
    lines, ours = theirs.split("\n"), {piece.key: piece for piece in pieces_of(theirs)}
    given = {piece.key: piece.of(base.split("\n")) for piece in pieces_of(base)}
    wanted = pieces_of(new)
    bound |= set(ours)
    misses_a_task = any(piece.key not in bound for piece in wanted if not piece.is_import)
    result, edits = Merged(), Edits()
    for number, piece in enumerate(wanted):
        text = piece.of(new.split("\n"))
        if mine := ours.get(piece.key):
            key = piece.key or "the docstring of the module"
            if result.takes(key, mine.of(lines), given.get(piece.key), text):
                edits[mine.begin, mine.end] = text
        elif not piece.is_import and piece.key not in bound:
            place, block = _in_its_place(lines, ours, [each.key for each in wanted], number, text)
            edits.setdefault((place, place), []).extend(block)
            result.added.append(piece.key)
        elif piece.is_import and (misses_a_task or given.get(piece.key) != text) and _names(piece.key) - bound:
            _import(result, edits, ours, set(given), piece.key, text)
    for (begin, end), text in sorted(edits.items(), reverse=True):  # so that the places before stay right
        lines[begin:end] = text
    result.text = "\n".join(lines)
    return result


def _import(
    result: Merged, edits: Edits, ours: dict[str, Piece], given: set[str], key: str, text: list[str]
) -> None:
    """Add an import that brings a missing name, in place of the one that it widens where that is as given."""
    narrower = [each for each in ours if each in given and ours[each].is_import and _widens(key, each)]
    if narrower:
        edits[ours[narrower[0]].begin, ours[narrower[0]].end] = text
        result.renewed.append(narrower[0])
        return
    imports = [each.end for each in ours.values() if each.is_import]
    after = max(imports, default=ours[""].end if "" in ours else 0)
    edits.setdefault((after, after), []).extend(text if imports else ["", *text])
    result.added.append(key)


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


HEAD = "the imports"  # what the first cell of code is called
Cell = dict[str, Any]


def merged_notebook(theirs: bytes, base: bytes, new: bytes) -> Merged:
    """Bring a newer notebook into a learner's: missing cells are added, untouched ones renewed, the rest stays.

    Raises:
        Unreadable: one of them is no notebook.
    """
    notebook = loaded_notebook(theirs)
    cells: list[Cell] = notebook["cells"]
    was = loaded_notebook(base)["cells"] if base else []
    given = {key: source_of(cell) for key, cell, _ in _work_cells(was)}
    newer = loaded_notebook(new)["cells"]
    result, last = Merged(), None
    ours, old, now = (next((cell for cell in each if cell.get("id") == LESSON), None) for each in (cells, was, newer))
    if ours and old and now and source_of(ours) == source_of(old) != source_of(now):
        ours["source"] = now["source"]
        result.renewed.append("the lesson")
    for key, cell, around in _work_cells(newer):
        mine = next((each for each in code_cells(notebook) if _holds(each, key)), None)
        if mine is None:
            place = 0 if last is None else _behind(cells, last)
            cells[place:place] = around
            result.added.append(key)
        elif result.takes(key, source_of(mine), given.get(key), source_of(cell)):
            mine["source"], mine["outputs"], mine["execution_count"] = cell["source"], [], None
        last = mine or cell
    result.text = notebook_bytes(notebook).decode()
    return result


def _work_cells(cells: list[Cell]) -> Iterator[tuple[str, Cell, list[Cell]]]:
    """Yield what each cell of work is for, the cell, and all that comes with it: the texts above, the check below."""
    above: list[Cell] = []
    for place, cell in enumerate(cells):
        key = _key(cell)
        if key:
            yield key, cell, [*above, *cells[place : _behind(cells, cell)]]
        above = [] if cell["cell_type"] == "code" else [*above, cell]


def _key(cell: Cell) -> str | None:
    """Return the name that a cell defines, or what the cell with the imports is called."""
    if cell["cell_type"] != "code":
        return None
    if mark_of(cell).role == "head":
        return HEAD
    return next(iter(DEFINED.findall(source_of(cell) or "")), None)


def _holds(cell: Cell, key: str) -> bool:
    return mark_of(cell).role == "head" if key == HEAD else key in names_bound(source_of(cell) or "")


def _behind(cells: list[Cell], cell: Cell) -> int:
    """Return the place behind a cell and the one that grades it."""
    place = next(number for number, each in enumerate(cells) if each is cell) + 1
    while place < len(cells) and mark_of(cells[place]).role == "check":
        place += 1
    return place
