"""Reading one file of a submission into text and syntax tree, whatever its bytes are."""

from __future__ import annotations

import ast
import codecs
import io
import os
import stat
import tokenize
import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.intake.notebook.select import reached
from grader.intake.notebook.units import Unit, foreign, units_of
from grader.intake.submission_folder import shown

MOST_STATEMENTS = 5000  # of a module that is looked at, as of a notebook


def without_unneeded(text: str, tree: ast.Module, tasks: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """Return a module without foreign imports that no task needs, line for line, and what was left out.

    An import is needed where a task reads its name, or what a task uses does, or what runs when the module is imported.
    """
    strangers = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom) and foreign(node)]
    if not strangers or len(tree.body) > MOST_STATEMENTS:
        return text, ()
    try:
        read = _names_read(list(units_of(tree, text.split("\n"), 0)), tasks)
    except Exception:  # names that Python does not allow, or nesting that is too deep: it is said when it is compiled
        return text, ()
    lines, said = text.split("\n"), []
    for node in reversed(strangers):
        dropped = [alias for alias in foreign(node) if _bound(alias) not in read]
        if dropped:
            said.append(f"line {node.lineno}: `{_import_written(node, dropped)}`")
            _replace(lines, node, dropped)
    return "\n".join(lines), tuple(reversed(said))


def _names_read(units: Sequence[Unit], tasks: Collection[str]) -> set[str]:
    """Return the names that are read when the module is imported, and by what its tasks reach."""
    definitions = {at for at, unit in enumerate(units) if unit.definition}
    at_once = {at for at, unit in enumerate(units) if not unit.is_import and not _is_main(unit)}
    asked = {at for at in definitions if not units[at].binds.isdisjoint(tasks)} or definitions
    needed = [units[at].now | units[at].later for at in reached(units, asked | (at_once - definitions))]
    return set().union(*needed, *(units[at].now for at in at_once))


def _is_main(unit: Unit) -> bool:
    """Whether it is what `if __name__ == "__main__":` guards, which is not run where a module is imported."""
    node = unit.nodes[0]
    return isinstance(node, ast.If) and not node.orelse and ast.unparse(node.test) in (
        "__name__ == '__main__'",
        "'__main__' == __name__",
    )  # fmt: skip


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _import_written(node: ast.Import | ast.ImportFrom, names: list[ast.alias]) -> str:
    if isinstance(node, ast.Import):
        return ast.unparse(ast.Import(names))
    return ast.unparse(ast.ImportFrom(node.module, names, node.level))


def _replace(lines: list[str], node: ast.Import | ast.ImportFrom, dropped: list[ast.alias]) -> None:
    """Put what is left of an import in its place; the lines below keep their numbers."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    kept = [alias for alias in node.names if alias not in dropped]
    before = lines[first].encode()[: node.col_offset].decode()
    after = lines[last].encode()[node.end_col_offset :].decode()
    rest = _import_written(node, kept) if kept else "pass"
    lines[first : last + 1] = [f"{before}{rest}{after}", *[""] * (last - first)]


if TYPE_CHECKING:
    from grader.intake.notebook import ModuleText

MOST_BYTES = 1_000_000
MOST_NAMED = 8  # imports in one note
WIDTH = 90
# Codecs that are not how anybody stores Python, and some of which take quadratic time.
REFUSED_CODECS = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"})


@dataclass(frozen=True)
class Source:
    """A file that is Python, or a notebook read as one."""

    text: str
    tree: ast.Module
    notebook: ModuleText | None = None  # where the lines come from, and which cells could not be read
    notes: tuple[str, ...] = ()  # what of it is not graded

    def place(self, line: int) -> str:
        """Return what the learner calls a line: "line 7", or "cell 5, line 3"."""
        return self.notebook.place(line) if self.notebook else f"line {line}"


@dataclass(frozen=True)
class Content:
    """A file that was read elsewhere: its name and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True)
class SourceProblem:
    """Why a file cannot be graded at all; the message is whole sentences for the learner."""

    message: str
    line: int | None = None


class _Unreadable(Exception):
    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.problem = SourceProblem(message, line)


def read_source(file: Path | Content, tasks: Collection[str] = ()) -> Source | SourceProblem:
    """Read and parse a file or a notebook; every fault comes back as a SourceProblem, never as an exception.

    Args:
        file: whose name says which of the two it is.
        tasks: the names that are asked for, by which a notebook's cells are chosen.
    """
    from grader.intake.notebook import MOST_NOTEBOOK_BYTES

    name = shown(file.name)
    is_notebook = file.name.casefold().endswith(".ipynb")
    try:
        most = MOST_NOTEBOOK_BYTES if is_notebook else MOST_BYTES
        data = file.data if isinstance(file, Content) else _read(file, name, most)
        return _of_notebook(data, name, tasks) if is_notebook else _of_module(data, name, tasks)
    except _Unreadable as fault:
        return fault.problem


def parse_source(data: bytes, name: str) -> Source | SourceProblem:
    """Do the same for bytes."""
    try:
        text = _decode(data, name)
        return Source(text, _parse(text, name))
    except _Unreadable as fault:
        return fault.problem


def _of_module(data: bytes, name: str, tasks: Collection[str]) -> Source | SourceProblem:

    source = parse_source(data, name)
    if isinstance(source, SourceProblem):
        return source
    text, left_out = without_unneeded(source.text, source.tree, tasks)
    if not left_out:
        return source
    note = f"{name}: imports that no task uses are left out: {'; '.join(left_out[:MOST_NAMED])}"
    return Source(text, _parse(text, name), notes=(note,))


def _of_notebook(data: bytes, name: str, tasks: Collection[str]) -> Source | SourceProblem:
    from grader.intake.notebook import module_of

    module = module_of(data, name, tasks)
    if isinstance(module, SourceProblem):
        return module
    source = parse_source(module.text.encode(), name)
    return replace(source, notebook=module, notes=module.notes) if isinstance(source, Source) else source


def _read(path: Path, name: str, most: int) -> bytes:
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # a pipe must not block
    try:
        with open(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise _Unreadable(f"{name} is not an ordinary file: put the code into a plain text file.")
            return file.read(most + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _Unreadable(
            f"{name} cannot be read ({reason}): check that it exists and may be read."
        ) from error


def _decode(data: bytes, name: str) -> str:
    if len(data) > MOST_BYTES:
        raise _Unreadable(f"{name} is larger than {MOST_BYTES} bytes: move data out of the code.")
    if not data.strip():
        raise _Unreadable(f"{name} is empty: copy the exercise again and fill it in.")
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise _Unreadable(f"{name}, line {line}: there is a null byte: save the file as UTF-8 text.", line)
    encoding = _encoding(data, name)
    try:
        text = data.decode(encoding)
        text.encode("utf-8")  # no lone surrogates
    except UnicodeError as error:
        raise _Unreadable(*_undecodable(data, encoding, error, name)) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise _Unreadable(f"{name} is empty: copy the exercise again and fill it in.")
    return text


def _encoding(data: bytes, name: str) -> str:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        codec = codecs.lookup(encoding)
        "".encode(encoding)  # refuses codecs that are not for text, such as hex
    except (SyntaxError, LookupError, UnicodeError, ValueError, OSError) as error:
        if str(error).startswith("invalid or missing encoding"):
            return "utf-8"  # nothing is declared: the decoder finds the line
        raise _Unreadable(
            f"{name} declares an encoding that cannot be used ({shown(str(error))[:200]}): save it as UTF-8.",
            1,
        ) from error
    if codec.name.replace("_", "-") in REFUSED_CODECS:
        raise _Unreadable(f"{name} declares the encoding {shown(encoding)[:50]}: save it as UTF-8.", 1)
    return encoding


def _undecodable(data: bytes, encoding: str, error: UnicodeError, name: str) -> tuple[str, int | None]:
    if not isinstance(error, UnicodeDecodeError):
        return f"{name} is not {encoding} text: save it as UTF-8.", None
    # The decoder may see the bytes after the byte order mark only; that has no line in it.
    line = error.object[: error.start].count(b"\n") + 1
    byte = error.object[error.start]
    return f"{name}, line {line}: byte 0x{byte:02x} is not {encoding} text: save the file as UTF-8.", line


def _parse(text: str, name: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape such as "\d" is not our business
            return ast.parse(text)
    except SyntaxError as error:
        raise _Unreadable(*_syntax_error(text, error, name)) from error
    except Exception as error:  # RecursionError, MemoryError, ValueError: Python's parser gives up on it
        raise _Unreadable(
            f"{name} is too deeply nested for Python to read: write shorter expressions."
        ) from error


def _syntax_error(text: str, error: SyntaxError, name: str) -> tuple[str, int | None]:
    line, column = error.lineno or None, error.offset or 0
    place = f"{name}, line {line}" + (f", column {column}" if column > 0 else "") if line else name
    head = f"{place}: syntax error: {shown(error.msg or 'invalid syntax')[:200]}"
    lines = text.split("\n")
    shown_line = excerpt(lines[line - 1], column) if line and line <= len(lines) else ""
    return f"{head}\n{shown_line}No task of this file can be graded until Python can read it.", line


def excerpt(line: str, column: int) -> str:
    """Return a line, cut around a column, and a caret under it."""
    start = max(0, column - 1 - WIDTH // 2) if len(line) > WIDTH else 0
    part = "".join(char if char.isprintable() else " " for char in line[start : start + WIDTH])
    caret = " " * (column - 1 - start) + "^\n" if 0 < column <= len(line) + 1 else ""
    indent = len(part) - len(part.lstrip())
    indent = min(indent, max(0, column - 1 - start)) if caret else indent
    return f"    {part[indent:].rstrip()}\n" + (f"    {caret[indent:]}" if caret else "")
