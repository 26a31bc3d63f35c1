"""The top-level pieces of a learner's file, replaced without touching any other line, line end or cell."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from typing import Any

from grader.intake.bindings import first_line
from grader.intake.notebook_document import source_of

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


def replaced(text: str, name: str, new: list[str]) -> str | None:
    """Return the text with other lines for the definition of a name, and no other change; None where it has none."""
    piece, lines = named(text, name), text.split("\n")
    return None if piece is None else "\n".join([*lines[: piece.begin], *new, *lines[piece.end :]])


def _pieces(node: ast.stmt, *, first: bool) -> list[Piece]:
    match node:
        case ast.FunctionDef(name=key) | ast.AsyncFunctionDef(name=key) | ast.ClassDef(name=key):
            pass
        case ast.Assign(targets=[ast.Name(id=key)]) | ast.AnnAssign(target=ast.Name(id=key)):
            pass
        case ast.Assign(targets=[ast.Attribute() as target]):
            key = ast.unparse(target)
        case ast.Import() | ast.ImportFrom():
            key = ast.unparse(node)
        case ast.Expr(value=ast.Constant(value=str())) if first:
            key = ""
        case _:
            return []
    end = node.end_lineno or node.lineno
    return [Piece(key, first_line(node) - 1, end, isinstance(node, ast.Import | ast.ImportFrom))]


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


MARK = "\ufeff"


class Unreadable(ValueError):
    """A file is not UTF-8 text, or a notebook is not JSON; the message says which."""


@dataclass(frozen=True)
class Text:
    """A file's text with plain line ends, and how its bytes differ from that."""

    text: str
    newline: str = "\n"
    mark: bool = False

    def with_text(self, text: str) -> bytes:
        """Return other text as bytes of the same kind."""
        return ((MARK if self.mark else "") + text.replace("\n", self.newline)).encode("utf-8")


def text_of(data: bytes) -> Text:
    """Return the text of a file's bytes.

    Raises:
        Unreadable: they are not UTF-8.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise Unreadable(f"it is not UTF-8 text ({problem})") from problem
    newline = "\r\n" if "\r\n" in text else "\n"
    return Text(text.removeprefix(MARK).replace("\r\n", "\n"), newline, text.startswith(MARK))


def replaced_in(data: bytes, name: str, new: list[str], *, notebook: bool) -> bytes | None:
    """Do the same in the bytes of a module, or in the last cell of a notebook that defines the name.

    Raises:
        Unreadable: they are not text, or no notebook.
    """
    if not notebook:
        text = text_of(data)
        changed = replaced(text.text, name, new)
        return None if changed is None else text.with_text(changed)
    book = loaded_notebook(data)
    for cell in reversed(code_cells(book)):
        changed = replaced(source_of(cell) or "", name, new)
        if changed is not None:
            cell["source"] = changed.splitlines(keepends=True)
            cell["outputs"], cell["execution_count"] = [], None
            return notebook_bytes(book)
    return None


def loaded_notebook(data: bytes) -> dict[str, Any]:
    """Return the notebook of a file's bytes.

    Raises:
        Unreadable: they are none.
    """
    try:
        notebook = json.loads(data)
        if not all(isinstance(cell["cell_type"], str) and source_of(cell) is not None for cell in notebook["cells"]):
            raise TypeError("a cell has no type, or no text")
    except (ValueError, TypeError, KeyError) as problem:
        raise Unreadable(f"it is no notebook ({type(problem).__name__}: {problem})") from problem
    return dict(notebook)


def notebook_bytes(notebook: dict[str, Any]) -> bytes:
    """Return a notebook as it stands in a file."""
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the cells of code of a notebook."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
