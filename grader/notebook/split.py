"""A module's text in pieces, one for each cell; joined by two blank lines they are the text again."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Piece:
    """Whole lines of a module."""

    role: str  # head, between or task
    source: str
    tasks: tuple[str, ...] = ()  # the names of those that are defined here


def split(text: str, tasks: Collection[str]) -> list[Piece]:
    """Return the head of a module, each task, and what stands between them.

    A piece ends where two blank lines stand outside of every statement, so each task begins a piece of its own in a
    module that is laid out as Python's style asks; where it is not, one piece holds several tasks.
    """
    pieces: list[Piece] = []
    for source, nodes in _paragraphs(text):
        defined = tuple(node.name for node in nodes if isinstance(node, Definition) and node.name in tasks)
        in_head = not pieces or (len(pieces) == 1 and pieces[0].role == "head")
        is_head = in_head and not any(isinstance(node, Definition) for node in nodes)
        role = "task" if defined else "head" if is_head else "between"
        if pieces and role == pieces[-1].role != "task":
            pieces[-1] = Piece(role, f"{pieces[-1].source}\n\n\n{source}")
        else:
            pieces.append(Piece(role, source, defined))
    return pieces


def _paragraphs(text: str) -> Iterator[tuple[str, list[ast.stmt]]]:
    lines = text.removesuffix("\n").split("\n")
    statements = ast.parse(text).body
    inside = {
        line for node in statements for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    start, waiting = 0, list(statements)
    for at in [*range(len(lines)), len(lines)]:
        is_gap = at + 2 < len(lines) and lines[at] == lines[at + 1] == "" and at + 1 not in inside
        if at <= start or not (is_gap or at == len(lines)):  # a piece has a line, be it blank
            continue
        here = [node for node in waiting if node.lineno <= at]
        waiting = waiting[len(here) :]
        yield "\n".join(lines[start:at]), here
        start = at + 2
