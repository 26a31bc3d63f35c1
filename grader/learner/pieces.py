"""The top-level pieces of a module's text: what may be replaced or added without touching any other line."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

Definition = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
AT_THE_MARGIN = re.compile(r"[^\s#)\]}]")


@dataclass(frozen=True)
class Piece:
    """A statement at the left margin: the lines [begin, end) of its text."""

    key: str  # the name that it defines, or an import as Python writes it; "" for the docstring of the module
    begin: int
    end: int
    is_import: bool = False

    def of(self, lines: list[str]) -> list[str]:
        """Return the lines of the piece."""
        return lines[self.begin : self.end]


def pieces_of(text: str) -> list[Piece]:
    """Return the pieces that have a name, in their order; of two with one name the last, which is what counts.

    Raises:
        SyntaxError: the text is not Python.
    """
    tree = ast.parse(text)
    found: dict[str, Piece] = {}
    for number, node in enumerate(tree.body):
        for piece in _pieces(node, first=number == 0):
            found.pop(piece.key, None)
            found[piece.key] = piece
    return list(found.values())


def named(text: str, name: str) -> Piece | None:
    """Return the definition of a name; where the text is not Python, what looks like it."""
    try:
        return next((piece for piece in pieces_of(text) if piece.key == name), None)
    except (SyntaxError, ValueError):
        return _by_its_looks(text.split("\n"), name)


def replaced(text: str, piece: Piece, new: list[str]) -> str:
    """Return the text with other lines for one piece, and every other line as it was."""
    lines = text.split("\n")
    return "\n".join([*lines[: piece.begin], *new, *lines[piece.end :]])


def _pieces(node: ast.stmt, *, first: bool) -> list[Piece]:
    begin, end = node.lineno - 1, node.end_lineno or node.lineno
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            begin = min([begin, *(part.lineno - 1 for part in node.decorator_list)])
            return [Piece(node.name, begin, end)]
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return [Piece(name, begin, end)]
        case ast.Assign(targets=[ast.Attribute() as target]):
            return [Piece(ast.unparse(target), begin, end)]
        case ast.Import() | ast.ImportFrom():
            return [Piece(ast.unparse(node), begin, end, is_import=True)]
        case ast.Expr(value=ast.Constant(value=str())) if first:
            return [Piece("", begin, end)]
    return []


def _by_its_looks(lines: list[str], name: str) -> Piece | None:
    """Find `def name` at the left margin, with the decorators above, down to the next thing that stands there."""
    head = re.compile(rf"(async\s+def|def|class)\s+{re.escape(name)}\b")
    begin = next((number for number, line in enumerate(lines) if head.match(line)), None)
    if begin is None:
        return None
    end = begin + 1
    while end < len(lines) and not AT_THE_MARGIN.match(lines[end]):
        end += 1
    while not lines[end - 1].strip() or lines[end - 1].startswith("#"):
        end -= 1  # blank lines and comments above the next definition are not this one's
    while begin and lines[begin - 1].startswith("@"):
        begin -= 1
    return Piece(name, begin, end)
