"""Lines that only a notebook understands, such as %matplotlib and !pip, taken out of a cell."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass

from grader.intake.python_text import SourceProblem, syntax_fault

# A magic, a line for the shell or for help, or a value that one of them returns; of a line without its indentation.
LINE = re.compile(
    r"[%!?]"  # %matplotlib inline, !pip install, ?softmax
    r"|[\w.*\[\]]+\?{1,2}$"  # softmax?
    r"|[\w., ]+=\s*(?:!|%\w)"  # files = !ls
)
WITH_PYTHON = frozenset({"%%time", "%%capture", "%%prun"})  # the rest of such a cell is Python like any other
OURS = re.compile(r"%(?:grade\b|(?:re)?load_ext\s+grader\.)")
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
        tree = _parsed("\n".join(lines))
        if isinstance(tree, ast.Module):
            return Cleaned(lines, tree, tuple(line for line in taken if not _is_ours(source, line)))
        line = tree.lineno if isinstance(tree, SyntaxError) else None
        if not line or line > len(lines) or not LINE.match(lines[line - 1].strip()):
            return _fault(tree, lines, place)
        taken += _take(lines, line)
    return SourceProblem(f"{place}: more than {MOST_PLACES} places are no Python: move them to other cells.")


def _is_ours(source: str, line: int) -> bool:
    return OURS.match(source.split("\n")[line - 1].strip()) is not None


def _parsed(text: str) -> ast.Module | Exception:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except Exception as error:  # lone surrogates, null bytes, too deep: Python's parser has many ways to give up
        return error


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
    if bad := _unreadable_line(lines):
        return SourceProblem(f"{place}, line {bad}: a character is no text: write the line anew.", bad)
    if not isinstance(error, SyntaxError):
        return SourceProblem(f"{place}: it is too deeply nested for Python to read: write shorter expressions.")
    message, line = syntax_fault(lines, error, place)
    return SourceProblem(message.rstrip(), line)


def _unreadable_line(lines: list[str]) -> int | None:
    for number, line in enumerate(lines, 1):
        if "\0" in line or any("\ud800" <= character <= "\udfff" for character in line):
            return number
    return None
