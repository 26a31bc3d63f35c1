"""A notebook to work in, made from a topic's README and a module: its stub, or what somebody handed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from grader.course import Course, Task, Topic
from grader.intake.notebook.document import KEY
from grader.intake.notebook.module import fingerprint
from grader.notebook.cells import CellData, code_cell, new_notebook, text_cell
from grader.notebook.split import Piece, split

if TYPE_CHECKING:
    from nbformat import NotebookNode

LOAD = "%load_ext grader.notebook.magic"
LONGEST_ID = 56

Named = tuple[str, CellData]  # a cell with the id that it would like to have


def notebook_of(course: Course, topic: Topic | str) -> NotebookNode:
    """Return the notebook of a topic: its README, its stub cell by cell, and a check behind each task."""
    found = course.topic(topic) if isinstance(topic, str) else topic
    stub = course.stub_file(found.slug)
    readme = (stub.parent / "README.md").read_text(encoding="utf-8")
    return notebook_from(stub.read_text(encoding="utf-8"), found, readme)


def notebook_from(module: str, topic: Topic, readme: str = "") -> NotebookNode:
    """Return a notebook whose cells make up exactly this module again.

    Raises:
        SyntaxError: the module is no Python.
    """
    named: list[Named] = [("load", code_cell(LOAD))]
    if readme.strip():
        named.append(("readme", text_cell(readme.strip("\n"))))
    tasks = {task.name: task for task in topic.tasks}
    for piece in split(module, tasks):
        named += _cells(piece, tasks)
    named.append(("all", text_cell(f"## All of it\n\nEvery task of {topic.title} at once.")))
    named.append(("check-all", _check(topic.slug)))
    ids = _ids(name for name, _ in named)
    return new_notebook([cell for _, cell in named], ids, {KEY: {"topic": topic.slug}})


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
