"""A newer stub brought into a module that a learner has been writing in, function by function."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.intake.bindings import bindings_of
from grader.learner.pieces import Piece, pieces_of

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
