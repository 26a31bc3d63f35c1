"""Stubs out of solutions, so that the two cannot drift apart."""

from __future__ import annotations

import ast
from pathlib import Path

from grader.course.errors import CourseError, StubError
from grader.course.given import given_body
from grader.course.markers import Block, blocks_of
from grader.course.model import Course


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
    solution, stub = course.solution_file(slug), course.stub_file(slug)
    try:
        if solution.is_file():
            return stub_text(solution.read_text(encoding="utf-8"), solution)
        return stub.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise CourseError(f"{stub}: cannot be read: {problem}") from problem


def _wanted(course: Course, slug: str) -> str:
    file = course.solution_file(slug)
    try:
        return stub_text(file.read_text(encoding="utf-8"), file)
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{file}: cannot be read: {error}") from error


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
