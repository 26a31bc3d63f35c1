"""The bytes of a file, or a cell without its magics, as Python, and what is wrong with them, in sentences."""

from __future__ import annotations

import ast
import codecs
import io
import os
import re
import tokenize
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = 1_000_000
WIDTH = 90
# Codecs that are not how anybody stores Python, and some of which take quadratic time.
REFUSED_CODECS = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"})


def shown(path: Path | str) -> str:
    """Return a path as text that any terminal can print: no control characters, no lone surrogates."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in os.fspath(path))


@dataclass(frozen=True)
class SourceProblem:
    """Why a file cannot be graded at all; the message is whole sentences for the learner."""

    message: str
    line: int | None = None


class UnreadableSource(Exception):
    """A file is no Python that can be read; `problem` says why."""

    def __init__(self, message: str, line: int | None = None) -> None:
        """Keep what is said and where."""
        super().__init__(message)
        self.problem = SourceProblem(message, line)


def decode(data: bytes, name: str) -> str:
    """Return the text of a file with plain line ends; raise UnreadableSource where it has none."""
    if len(data) > MOST_BYTES:
        raise UnreadableSource(f"{name} is larger than {MOST_BYTES} bytes: move data out of the code.")
    if not data.strip():
        raise UnreadableSource(f"{name} is empty: copy the exercise again and fill it in.")
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise UnreadableSource(f"{name}, line {line}: there is a null byte: save the file as UTF-8 text.", line)
    encoding = _encoding(data, name)
    try:
        text = data.decode(encoding)
        text.encode("utf-8")  # no lone surrogates
    except UnicodeError as error:
        raise UnreadableSource(*_undecodable(data, encoding, error, name)) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise UnreadableSource(f"{name} is empty: copy the exercise again and fill it in.")
    return text


def _encoding(data: bytes, name: str) -> str:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        codec = codecs.lookup(encoding)
        "".encode(encoding)  # refuses codecs that are not for text, such as hex
    except (SyntaxError, LookupError, UnicodeError, ValueError, OSError) as error:
        if str(error).startswith("invalid or missing encoding"):
            return "utf-8"  # nothing is declared: the decoder finds the line
        raise UnreadableSource(
            f"{name} declares an encoding that cannot be used ({shown(str(error))[:200]}): save it as UTF-8.",
            1,
        ) from error
    if codec.name.replace("_", "-") in REFUSED_CODECS:
        raise UnreadableSource(f"{name} declares the encoding {shown(encoding)[:50]}: save it as UTF-8.", 1)
    return encoding


def _undecodable(data: bytes, encoding: str, error: UnicodeError, name: str) -> tuple[str, int | None]:
    if not isinstance(error, UnicodeDecodeError):
        return f"{name} is not {encoding} text: save it as UTF-8.", None
    # The decoder may see the bytes after the byte order mark only; that has no line in it.
    line = error.object[: error.start].count(b"\n") + 1
    byte = error.object[error.start]
    return f"{name}, line {line}: byte 0x{byte:02x} is not {encoding} text: save the file as UTF-8.", line


def parse(text: str, name: str) -> ast.Module:
    """Return the syntax tree of a text; raise UnreadableSource where Python cannot read it."""
    tree = _tried(text)
    if isinstance(tree, SyntaxError):
        message, line = syntax_fault(text.split("\n"), tree, name)
        rest = "No task of this file can be graded until Python can read it."
        raise UnreadableSource(f"{message}{rest}", line) from tree
    if isinstance(tree, Exception):
        raise UnreadableSource(f"{name} is too deeply nested for Python to read: write shorter expressions.")
    return tree


def _tried(text: str) -> ast.Module | Exception:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape such as "\d" is not our business
            return ast.parse(text)
    except Exception as error:  # lone surrogates, null bytes, too deep: Python's parser has many ways to give up
        return error


def syntax_fault(lines: Sequence[str], error: SyntaxError, name: str) -> tuple[str, int | None]:
    """Return what Python cannot read, with the line and a caret under it, and the number of the line."""
    line, column = error.lineno or None, error.offset or 0
    place = f"{name}, line {line}" + (f", column {column}" if column > 0 else "") if line else name
    head = f"{place}: syntax error: {shown(error.msg or 'invalid syntax')[:200]}"
    shown_line = _excerpt(lines[line - 1], column) if line and line <= len(lines) else ""
    return f"{head}\n{shown_line}", line


def _excerpt(line: str, column: int) -> str:
    """Return a line, cut around a column, and a caret under it."""
    start = max(0, column - 1 - WIDTH // 2) if len(line) > WIDTH else 0
    part = "".join(char if char.isprintable() else " " for char in line[start : start + WIDTH])
    caret = " " * (column - 1 - start) + "^\n" if 0 < column <= len(line) + 1 else ""
    indent = len(part) - len(part.lstrip())
    indent = min(indent, max(0, column - 1 - start)) if caret else indent
    return f"    {part[indent:].rstrip()}\n" + (f"    {caret[indent:]}" if caret else "")


# A magic, a line for the shell or for help, or a value that one of them returns; of a line without its indentation.
LINE = re.compile(
    r"[%!?]"  # %matplotlib inline, !pip install, ?softmax
    r"|[\w.*\[\]]+\?{1,2}$"  # softmax?
    r"|[\w., ]+=\s*(?:!|%\w)"  # files = !ls
)
WITH_PYTHON = frozenset({"%%time", "%%capture", "%%prun"})  # the rest of such a cell is Python like any other
OURS = re.compile(r"%(?:grade\b|(?:re)?load_ext\s+grader\.)")
NO_TEXT = re.compile("[\0\ud800-\udfff]")
MOST_PLACES = 50  # of such lines in one cell, as each has the cell parsed again


@dataclass(frozen=True)
class Cleaned:
    """A cell as Python: the same lines, with `pass` where one was taken out."""

    lines: list[str]
    tree: ast.Module
    taken: tuple[int, ...] = ()  # the lines that were taken out, without those of the grader's own magic


def cleaned(source: str, place: str) -> Cleaned | SourceProblem:
    """Return a cell without its magics; what is Python already is not touched.

    Python itself says where a magic stands: only a line that it cannot read, and that looks like one, is taken out.
    So a `%` that opens a line of an expression or of a text in quotes stays.
    """
    lines = source.split("\n")
    taken = _cell_magic(lines)
    for _ in range(MOST_PLACES):
        tree = _tried("\n".join(lines))
        if isinstance(tree, ast.Module):
            given = source.split("\n")
            return Cleaned(lines, tree, tuple(line for line in taken if not OURS.match(given[line - 1].strip())))
        line = tree.lineno if isinstance(tree, SyntaxError) else None
        if not line or line > len(lines) or not LINE.match(lines[line - 1].strip()):
            return _fault(tree, lines, place)
        taken += _take(lines, line)
    return SourceProblem(f"{place}: more than {MOST_PLACES} places are no Python: move them to other cells.")


def _cell_magic(lines: list[str]) -> list[int]:
    """Take a %%magic out that the cell begins with, and all of the cell unless it goes on in Python."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if not lines[first].startswith("%%"):
        return []
    last = first if lines[first].split()[0] in WITH_PYTHON else len(lines) - 1
    lines[first : last + 1] = [""] * (last + 1 - first)
    return list(range(first + 1, last + 2))


def _take(lines: list[str], line: int) -> list[int]:
    """Put `pass` in place of a line, and nothing in place of those that it goes on in and of more such lines below."""
    first = lines[line - 1]
    last = line
    while last < len(lines) and (lines[last - 1].endswith("\\") or lines[last].startswith(("%", "!"))):
        last += 1
    indent = len(first) - len(first.lstrip())
    lines[line - 1 : last] = [first[:indent] + "pass"] + [""] * (last - line)
    return list(range(line, last + 1))


def _fault(error: Exception, lines: list[str], place: str) -> SourceProblem:
    if bad := next((number for number, line in enumerate(lines, 1) if NO_TEXT.search(line)), None):
        return SourceProblem(f"{place}, line {bad}: a character is no text: write the line anew.", bad)
    if not isinstance(error, SyntaxError):
        return SourceProblem(f"{place}: it is too deeply nested for Python to read: write shorter expressions.")
    message, line = syntax_fault(lines, error, place)
    return SourceProblem(message.rstrip(), line)
