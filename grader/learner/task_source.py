"""The source of one task as it is read beside another: the code, what it reaches, and no docstring."""

from __future__ import annotations

import ast
from collections.abc import Collection
from pathlib import Path

from grader.course.stub import BEGIN, BEGIN_STUB, END, END_STUB
from grader.intake.bindings import Definition, bindings_of, names_in
from grader.intake.notebook_document import ModuleText
from grader.intake.notebook_module import module_of
from grader.learner.definitions import named, pieces_of, text_of


def source_of(text: str, name: str, others: Collection[str] = ()) -> str | None:
    """Return the code of a task and below it of the helpers that it reaches; None where it is not defined.

    Args:
        text: a module, a learner's or a solution.
        name: the task.
        others: the other tasks of the topic, which are not helpers of this one.
    """
    piece = named(text, name)
    if piece is None:
        return None
    lines = text.split("\n")
    try:
        reached = bindings_of(ast.parse(text)).reached([name], lambda node: names_in(node) - set(others))
        helpers = [each for each in pieces_of(text) if each.key in reached - {name} and not each.is_import]
    except (SyntaxError, ValueError):
        helpers = []
    return "\n\n".join(_code(each.of(lines)) for each in (piece, *helpers))


def module_text(file: Path, tasks: Collection[str]) -> str:
    """Return the text of a learner's module, or of the module that the cells of their notebook make up.

    Raises:
        ValueError: it cannot be read.
    """
    data = file.read_bytes()
    if file.suffix != ".ipynb":
        return text_of(data).text
    found = module_of(data, file.name, tasks)
    if not isinstance(found, ModuleText):
        raise ValueError(found.message)
    return found.text


def _code(lines: list[str]) -> str:
    """Return the lines of a definition without docstrings, and without the marks of a solution."""
    left_out = _docstrings("\n".join(lines)) | _marked(lines)
    kept = [line for number, line in enumerate(lines, 1) if number not in left_out]
    return "\n".join(_without_gaps(kept))


def _docstrings(code: str) -> set[int]:
    """Return the lines that docstrings take by themselves."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return set()
    found: set[int] = set()
    for node in (node for node in ast.walk(tree) if isinstance(node, Definition) and len(node.body) > 1):
        first, second = node.body[:2]
        lines = range(first.lineno, (first.end_lineno or first.lineno) + 1)
        alone = node.lineno < first.lineno and second.lineno not in lines
        if alone and ast.get_docstring(node, clean=False) is not None:
            found |= set(lines)
    return found


def _marked(lines: list[str]) -> set[int]:
    """Return the lines of the marks, and of the body that a stub gives in comments."""
    found, given = set(), False
    for number, line in enumerate(lines, 1):
        mark = line.strip()
        given = (given or mark == BEGIN_STUB) and mark != END
        if given or mark in (BEGIN, END, BEGIN_STUB, END_STUB):
            found.add(number)
        given = given and mark != END_STUB
    return found


def _without_gaps(lines: list[str]) -> list[str]:
    """Return the lines with no blank one below a head, and never two in a row."""
    kept: list[str] = []
    for line in lines:
        if line.strip() or (kept and kept[-1].strip() and not kept[-1].rstrip().endswith(":")):
            kept.append(line)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept
