"""Stubs out of solutions, so that the two cannot drift apart."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.course.course import Course, CourseError, StubError

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_STUB, END_STUB = "### BEGIN STUB", "### END STUB"
MARKERS = (BEGIN, END, BEGIN_STUB, END_STUB)
LOOKS_LIKE_ONE = re.compile(r"#+\s*(begin|end)[\s_-]*(solution|stub)\b", re.IGNORECASE)
NEVER_CLOSED = f"{BEGIN_STUB} is never closed: add {END_STUB} before {END}"

PARTS = ("body", "handlers", "orelse", "finalbody", "cases")  # of a node that hold statements

Marker = tuple[int, int, str]  # line, column, text


@dataclass(frozen=True)
class Block:
    """One marked block: the lines of its markers, and the definitions around it from the outside in."""

    begin: int
    end: int
    indentation: str
    inside: tuple[str, ...]  # ("Value", "backward"); empty at module level
    in_function: bool
    given: tuple[int, int] | None = None  # the lines of the markers around a body that the stub gives


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
    nodes = list(_statements(tree))  # once: a file holds many blocks
    return [_block(nodes, file, markers) for markers in _grouped(_markers(text, file), file)]


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    """Yield all statements in a node; no expression is looked into, which holds none."""
    for child in (child for part in PARTS for child in getattr(node, part, ())):
        if isinstance(child, ast.stmt):
            yield child
        yield from _statements(child)


def _grouped(markers: Iterator[Marker], file: Path) -> Iterator[list[Marker]]:
    """Yield the markers of each block: its own two, and between them those of a given body."""
    opened: list[Marker] = []
    for marker in markers:
        if fault := _fault(marker[2], [text for _, _, text in opened]):
            place = opened[-1][0] if fault == NEVER_CLOSED else marker[0]
            raise StubError(file, place, fault.format(line=opened[0][0] if opened else 0))
        opened.append(marker)
        if marker[2] == END:
            yield opened
            opened = []
    if opened:
        raise StubError(file, opened[0][0], f"{BEGIN} is never closed: add {END}")


def _fault(text: str, opened: list[str]) -> str:
    """Return what is wrong with a marker behind those of its block, nothing if it may stand there."""
    last = opened[-1] if opened else ""
    if text == BEGIN:
        return f"{BEGIN} inside the block of line {{line}}: write {END} before it" if last else ""
    if text == END:
        missing = "" if last else f"{END} without {BEGIN}: add the marker that opens the block"
        return NEVER_CLOSED if last == BEGIN_STUB else missing
    if not last:
        return f"{text} outside of a block: move it between {BEGIN} and {END}"
    if text == BEGIN_STUB:
        return "" if last == BEGIN else f"a second {BEGIN_STUB} in the block of line {{line}}: keep one"
    return "" if last == BEGIN_STUB else f"{END_STUB} without {BEGIN_STUB}: add the marker that opens it"


def _markers(text: str, file: Path) -> Iterator[Marker]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT or not LOOKS_LIKE_ONE.match(token.string):
            continue
        if token.line.strip() not in MARKERS:
            kind = "STUB" if "stub" in token.string.lower() else "SOLUTION"
            remedy = f"write ### BEGIN {kind} or ### END {kind} alone on the line"
            raise StubError(file, token.start[0], f"{token.line.strip()!r} is not a marker: {remedy}")
        yield *token.start, token.string


def _block(nodes: list[ast.stmt], file: Path, markers: list[Marker]) -> Block:
    (begin, column, _), *inner, (end, end_column, _) = markers
    if column != end_column:
        raise StubError(
            file, end, f"{END} is indented by {end_column}, its {BEGIN} in line {begin} by {column}"
        )
    inside = [node for node in _definitions(nodes) if node.lineno < begin <= (node.end_lineno or 0)]
    statements = [node for node in nodes if begin < node.lineno < end]
    if not statements:
        raise StubError(
            file, begin, f"the block holds no statement: put the solution between {BEGIN} and {END}"
        )
    outside = next((node for node in statements if node.col_offset < column), None)
    if outside:
        raise StubError(file, outside.lineno, f"this leaves the block of line {begin}: move {END} before it")
    in_function = any(not isinstance(node, ast.ClassDef) for node in inside)
    given = _given(inner, column, in_function, file)
    return Block(begin, end, " " * column, tuple(node.name for node in inside), in_function, given)


def _given(markers: list[Marker], column: int, in_function: bool, file: Path) -> tuple[int, int] | None:
    """Return the lines of the markers of a given body."""
    if not markers:
        return None
    begin, end = markers[0][0], markers[1][0]
    if not in_function:
        raise StubError(file, begin, f"{BEGIN_STUB} outside of a function: only a body can be given")
    for line, at, text in markers:
        if at != column:
            fault = f"{text} is indented by {at}, the {BEGIN} around it by {column}"
            raise StubError(file, line, fault)
    return begin, end


def _definitions(nodes: list[ast.stmt]) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return sorted((node for node in nodes if isinstance(node, kinds)), key=lambda node: node.lineno)


def given_body(lines: list[str], block: Block, file: Path) -> list[str]:
    """Return the lines of the body that a block gives, as Python.

    Raises:
        StubError: a line is no comment, or what they say is not Python, or nothing.
    """
    begin, end = block.given or (block.begin, block.begin)
    found = [_uncommented(lines[number - 1], number, block, file) for number in range(begin + 1, end)]
    try:
        tree = ast.parse("if True:\n" + "\n".join(found)) if any(found) else None
    except SyntaxError as error:
        line = begin + (error.lineno or 2) - 1
        raise StubError(file, line, f"the given body is not Python: {error.msg}") from error
    if tree is None:
        raise StubError(file, begin, f"the given body is empty: write it as comments before {END_STUB}")
    return found


def _uncommented(line: str, number: int, block: Block, file: Path) -> str:
    """Return a line without its comment sign and the blank behind it."""
    if not line.strip():
        return ""
    sign = f"{block.indentation}#"
    if not line.startswith(sign):
        fault = "a given body is written as comments: begin the line with '#'"
        raise StubError(file, number, f"{fault}, indented as {BEGIN_STUB} is")
    rest = line[len(sign) :].removeprefix(" ").rstrip()
    return f"{block.indentation}{rest}" if rest else ""


def stub_text(solution: str, file: Path) -> str:
    """Return the stub of a solution.

    A block inside a function becomes the body that it gives, between BEGIN STUB and END STUB, without its comment
    signs; or else one `raise NotImplementedError` with the name of the function ("Value.backward" for a method). A
    block at the level of the module or of a class disappears.

    Raises:
        StubError: a marker is unbalanced or misplaced; `file` is only named in the message.
    """
    lines: list[str] = solution.split("\n")
    for block in reversed(blocks_of(solution, file)):
        if block.in_function:
            _replace(lines, block, file)
        else:
            _remove(lines, block)
    text = "\n".join(lines).rstrip("\n") + "\n"
    try:
        ast.parse(text)
    except SyntaxError as error:
        raise StubError(file, 1, f"its stub would not be Python ({error.msg}): move the markers") from error
    return text


def write_stubs(course: Course) -> tuple[Path, ...]:
    """Bring every stub up to date and return those that changed.

    Raises:
        StubError: a solution has a fault in its markers; then nothing is written.
    """
    stale = stale_stubs(course)
    for file in stale:
        file.write_text(_wanted(course, file.stem), encoding="utf-8", newline="\n")
    return stale


def stale_stubs(course: Course) -> tuple[Path, ...]:
    """Return the stubs that are missing or differ from what their solution says."""
    files = [course.stub_file(slug) for slug in course.slugs]
    return tuple(file for file in files if _wanted(course, file.stem).encode() != _bytes(file))


def stub_of(course: Course, slug: str) -> str:
    """Return the text of a topic's stub as it is given out, whatever has been written into the one of a checkout.

    Raises:
        CourseError: there is neither a solution to make it from nor a stub.
    """
    return _wanted(course, slug) if course.has_solution(slug) else _text(course.stub_file(slug))


def trees_of(course: Course, slug: str) -> tuple[ast.Module, ast.Module]:
    """Return the trees of a topic's reference, or what stands for it, and of its stub."""
    file = course.reference_file(slug)
    text = _text(file)
    return ast.parse(text), ast.parse(stub_text(text, file))


def _wanted(course: Course, slug: str) -> str:
    file = course.solution_file(slug)
    return stub_text(_text(file), file)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise CourseError(f"{file}: cannot be read: {problem}") from problem


def _bytes(file: Path) -> bytes | None:
    try:
        return file.read_bytes().replace(b"\r\n", b"\n")  # git may have changed the line ends
    except OSError:
        return None


def _replace(lines: list[str], block: Block, file: Path) -> None:
    statement = f'{block.indentation}raise NotImplementedError("{".".join(block.inside)}")'
    given = given_body(lines, block, file) if block.given else [statement]
    lines[block.begin - 1 : block.end] = given


def _remove(lines: list[str], block: Block) -> None:
    """Cut a block, and leave as many blank lines as the larger gap around it had."""
    above, below = block.begin - 1, block.end
    while above > 0 and _is_blank(lines[above - 1]):
        above -= 1
    while below < len(lines) and _is_blank(lines[below]):
        below += 1
    gap = max(block.begin - 1 - above, below - block.end)
    lines[above:below] = [""] * gap if above > 0 and below < len(lines) else []


def _is_blank(line: str) -> bool:
    return not line.strip()
