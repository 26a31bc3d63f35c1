"""A body that a stub gives to be mended: it stands in the solution's block, as comments."""

from __future__ import annotations

import ast
from pathlib import Path

from grader.course.errors import StubError
from grader.course.markers import BEGIN_STUB, END_STUB, Block


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
