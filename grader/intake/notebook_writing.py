"""Notebooks of format 4.5 as they are written: of cells, or of a topic and a module that its cells make up."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.course import Course, Task, Topic
from grader.course.stub import stub_of
from grader.intake.bindings import Definition
from grader.intake.notebook_document import KEY
from grader.intake.notebook_module import fingerprint

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
CellData = dict[str, Any]  # as it stands in the file


def text_cell(source: str, kind: str = "markdown") -> CellData:
    """Return a cell of Markdown, or of another kind that is not executed."""
    return {"cell_type": kind, "metadata": {}, "source": source}


def code_cell(
    source: str, metadata: Mapping[str, Any] | None = None, count: int | None = None, outputs: Sequence[Any] = ()
) -> CellData:
    """Return a cell of code."""
    rest = {"execution_count": count, "outputs": list(outputs)}
    return {"cell_type": "code", "metadata": dict(metadata or {}), "source": source, **rest}


def notebook_text(
    cells: Sequence[CellData], ids: Sequence[str], metadata: Mapping[str, Any] | None = None
) -> str:
    """Return a notebook as it stands in a file: the text that nbformat, whose import is dear, would write."""
    lines = [{**cell, "source": cell["source"].splitlines(True)} for cell in cells]
    data = {
        "cells": [{**cell, "id": name} for cell, name in zip(lines, ids, strict=True)],
        "metadata": {"kernelspec": KERNEL, "language_info": {"name": "python"}, **(metadata or {})},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(data, indent=1, sort_keys=True, separators=(",", ": "), ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class Piece:
    """Whole lines of a module."""

    role: str  # head, between or task
    source: str
    tasks: tuple[str, ...] = ()  # the names of those that are defined here


def split(text: str, tasks: Collection[str]) -> list[Piece]:
    """Return the head of a module, each task, and what stands between them.

    A piece ends where two blank lines stand outside of every statement, so each task begins a piece of its own in a
    module that is laid out as Python's style asks; where it is not, one piece holds several tasks.
    """
    pieces: list[Piece] = []
    for source, nodes in _paragraphs(text):
        defined = tuple(node.name for node in nodes if isinstance(node, Definition) and node.name in tasks)
        in_head = not pieces or (len(pieces) == 1 and pieces[0].role == "head")
        is_head = in_head and not any(isinstance(node, Definition) for node in nodes)
        role = "task" if defined else "head" if is_head else "between"
        if pieces and role == pieces[-1].role != "task":
            pieces[-1] = Piece(role, f"{pieces[-1].source}\n\n\n{source}")
        else:
            pieces.append(Piece(role, source, defined))
    return pieces


def _paragraphs(text: str) -> Iterator[tuple[str, list[ast.stmt]]]:
    lines = text.removesuffix("\n").split("\n")
    statements = ast.parse(text).body
    inside = {line for node in statements for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    start = 0
    for at in range(len(lines) + 1):
        is_gap = at + 2 < len(lines) and lines[at] == lines[at + 1] == "" and at + 1 not in inside
        if at <= start or not (is_gap or at == len(lines)):  # a piece has a line, be it blank
            continue
        yield "\n".join(lines[start:at]), [node for node in statements if start < node.lineno <= at]
        start = at + 2


FIGURE = re.compile(r"!\[([^]]*)\]\(figures/([^)]*)\)")
LESSON = "readme"  # id of the cell that shows the README
LOAD = "%load_ext grader.notebook.magic"
LONGEST_ID = 56

Named = tuple[str, CellData]  # a cell with the id that it would like to have


def for_notebooks(readme: str, slug: str, figures: str) -> str:
    """Return the README of a topic that is solved in a notebook: links lead there.

    Args:
        readme: as the course has it.
        slug: of the topic.
        figures: where its figures lie, from the notebook; "" where they do not, and words stand for them.
    """
    text = re.sub(rf"\b{slug}\.py\b", f"{slug}.ipynb", readme)
    return FIGURE.sub(lambda found: f"![{found[1]}]({figures}/{found[2]})" if figures else f"*{found[1]}*", text)


def notebook_of(course: Course, topic: Topic | str, figures: str = "") -> str:
    """Return the notebook of a topic: its README, its stub cell by cell, and a check behind each task."""
    found = course.topic(topic) if isinstance(topic, str) else topic
    readme = for_notebooks(course.lesson(found.slug), found.slug, figures)
    return notebook_from(stub_of(course, found.slug), found, readme)


def notebook_from(module: str, topic: Topic, readme: str = "") -> str:
    """Return a notebook whose cells make up exactly this module again.

    Raises:
        SyntaxError: the module is no Python.
    """
    named: list[Named] = [("load", code_cell(LOAD))]
    if readme.strip():
        named.append((LESSON, text_cell(readme.strip("\n"))))
    tasks = {task.name: task for task in topic.tasks}
    for piece in split(module, tasks):
        named += _cells(piece, tasks)
    named.append(("all", text_cell(f"## All of it\n\nEvery task of {topic.title} at once.")))
    named.append(("check-all", _check(topic.slug)))
    ids = _ids(name for name, _ in named)
    return notebook_text([cell for _, cell in named], ids, {KEY: {"topic": topic.slug}})


def _cells(piece: Piece, tasks: Mapping[str, Task]) -> Iterator[Named]:
    """Yield a piece of the module as a cell, with the text of its tasks above and their checks below."""
    for name in dict.fromkeys(piece.tasks):
        yield f"text-{name}", text_cell(_heading(tasks[name]))
    mark = {"role": piece.role, "tasks": list(piece.tasks), "sha": fingerprint(piece.source)}
    yield "-".join([piece.role, *piece.tasks]), code_cell(piece.source, {KEY: mark})
    for name in dict.fromkeys(piece.tasks):
        yield f"check-{name}", _check(tasks[name].id)


def _heading(task: Task) -> str:
    points = f"{task.points} point" + ("" if task.points == 1 else "s")
    needs = f" It needs {', '.join(f'`{need}`' for need in task.needs)}." if task.needs else ""
    return f"## {task.title}\n\n`{task.id}`, {points}.{needs} A hint: `!grade hint {task.id}`"


def _check(what: str) -> CellData:
    return code_cell(f"%grade {what}", {KEY: {"role": "check"}})


def _ids(wanted: Iterator[str]) -> list[str]:
    """Return ids that are all different, in the characters and the length that the format allows."""
    ids: list[str] = []
    for number, name in enumerate(wanted):
        allowed = "".join(character if character.isascii() else "_" for character in name)[:LONGEST_ID]
        ids.append(allowed if allowed not in ids else f"{allowed}-{number}")
    return ids
