"""The blocks between BEGIN SOLUTION and END SOLUTION in a solution's text."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.course.errors import StubError

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
LOOKS_LIKE_ONE = re.compile(r"#+\s*(begin|end)[\s_-]*solution\b", re.IGNORECASE)


@dataclass(frozen=True)
class Block:
    """One marked block: the lines of its markers, and the definitions around it from the outside in."""

    begin: int
    end: int
    indentation: str
    inside: tuple[str, ...]  # ("Value", "backward"); empty at module level
    in_function: bool


def parse_solution(text: str, file: Path) -> ast.Module:
    """Parse a solution, or raise StubError with the line of the fault."""
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise StubError(file, error.lineno or 1, f"is not Python: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise StubError(file, 1, f"cannot be parsed: {error}") from error


def blocks_of(text: str, file: Path) -> list[Block]:
    """Return the marked blocks in order; every unbalanced or misplaced marker is a StubError."""
    tree = parse_solution(text, file)
    found: list[Block] = []
    opened: tuple[int, int] | None = None
    for line, column, marker in _markers(text, file):
        if marker == BEGIN:
            if opened:
                raise StubError(
                    file, line, f"{BEGIN} inside the block of line {opened[0]}: write {END} before it"
                )
            opened = line, column
        elif not opened:
            raise StubError(file, line, f"{END} without {BEGIN}: add the marker that opens the block")
        else:
            found.append(_block(tree, file, opened, (line, column)))
            opened = None
    if opened:
        raise StubError(file, opened[0], f"{BEGIN} is never closed: add {END}")
    return found


def _markers(text: str, file: Path) -> Iterator[tuple[int, int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT or not LOOKS_LIKE_ONE.match(token.string):
            continue
        if token.line.strip() not in (BEGIN, END):
            fault = f"{token.line.strip()!r} is not a marker: write {BEGIN} or {END} alone on the line"
            raise StubError(file, token.start[0], fault)
        yield *token.start, token.string


def _block(tree: ast.Module, file: Path, opened: tuple[int, int], closed: tuple[int, int]) -> Block:
    (begin, column), (end, end_column) = opened, closed
    if column != end_column:
        raise StubError(
            file, end, f"{END} is indented by {end_column}, its {BEGIN} in line {begin} by {column}"
        )
    inside = [node for node in _definitions(tree) if node.lineno < begin <= (node.end_lineno or 0)]
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and begin < node.lineno < end]
    if not statements:
        raise StubError(
            file, begin, f"the block holds no statement: put the solution between {BEGIN} and {END}"
        )
    outside = next((node for node in statements if node.col_offset < column), None)
    if outside:
        raise StubError(file, outside.lineno, f"this leaves the block of line {begin}: move {END} before it")
    in_function = any(not isinstance(node, ast.ClassDef) for node in inside)
    return Block(begin, end, " " * column, tuple(node.name for node in inside), in_function)


def _definitions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return sorted((node for node in ast.walk(tree) if isinstance(node, kinds)), key=lambda node: node.lineno)
