"""A notebook to work in, made from a topic's README and a module: its stub, or what somebody handed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import nbformat
from nbformat import NotebookNode

from grader.course import Course, Task, Topic
from grader.intake.notebook.document import KEY
from grader.intake.notebook.reading import fingerprint
from grader.notebook.split import Piece, split

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LOAD = "%load_ext grader.notebook.magic"


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
    cells = [_code("load", LOAD)]
    if readme.strip():
        cells.append(_text("readme", readme))
    tasks = {task.name: task for task in topic.tasks}
    for piece in split(module, tasks):
        cells += _cells(piece, tasks)
    cells += [
        _text("all", f"## All of it\n\nEvery task of {topic.title} at once."),
        _check("all", topic.slug),
    ]
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}, KEY: {"topic": topic.slug}}
    notebook = nbformat.v4.new_notebook(cells=_with_own_ids(cells), metadata=metadata)
    notebook.nbformat_minor = 5
    nbformat.validate(notebook)
    return notebook


def notebook_text(notebook: NotebookNode) -> str:
    """Return a notebook as it stands in a file; the same notebook always gives the same text."""
    return str(nbformat.writes(notebook, version=4)).rstrip("\n") + "\n"


def _cells(piece: Piece, tasks: Mapping[str, Task]) -> Iterator[NotebookNode]:
    """Yield a piece of the module as a cell, with the text of its tasks above and their checks below."""
    for name in dict.fromkeys(piece.tasks):
        yield _text(f"text-{name}", _heading(tasks[name]))
    mark = {"role": piece.role, "tasks": list(piece.tasks), "sha": fingerprint(piece.source)}
    yield _code("-".join([piece.role, *piece.tasks]), piece.source, {KEY: mark})
    for name in dict.fromkeys(piece.tasks):
        yield _check(name, tasks[name].id)


def _heading(task: Task) -> str:
    points = f"{task.points} point" + ("" if task.points == 1 else "s")
    needs = f" It needs {', '.join(f'`{need}`' for need in task.needs)}." if task.needs else ""
    return f"## {task.title}\n\n`{task.id}`, {points}.{needs} A hint: `!grade hint {task.id}`"


def _check(name: str, what: str) -> NotebookNode:
    return _code(f"check-{name}", f"%grade {what}", {KEY: {"role": "check"}})


def _text(name: str, source: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(source.strip("\n"), id=name)


def _code(name: str, source: str, metadata: Mapping[str, Any] | None = None) -> NotebookNode:
    return nbformat.v4.new_code_cell(source, id=name, metadata=dict(metadata or {}))


def _with_own_ids(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Give each cell an id that no other has, in the characters and the length that the format allows."""
    seen: set[str] = set()
    for number, cell in enumerate(cells):
        wanted = "".join(character if character.isascii() else "_" for character in cell["id"])[:56]
        cell["id"] = wanted if wanted not in seen else f"{wanted}-{number}"
        seen.add(cell["id"])
    return cells
