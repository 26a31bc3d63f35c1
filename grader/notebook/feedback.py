"""What was handed in with the results in it: a notebook with each task's under its cell, or a module below them all."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.intake import SourceProblem, parse_source
from grader.intake.notebook import module_of
from grader.intake.notebook.document import Unusable
from grader.notebook.cells import CellData, code_cell, new_notebook, notebook_text, plain_text, text_cell
from grader.notebook.given import given_cells
from grader.notebook.results import about_task, overview, summary
from grader.notebook.split import split
from grader.report import Report, TaskReport

NAME = "notebook.ipynb"
LABEL = re.compile(r"cell (\d{1,9})")
MOST_SHOWN = 100_000  # bytes of what is no Python

Numbered = tuple[int, CellData]  # a cell with its number from the top


def feedback_notebook(data: bytes, report: Report) -> bytes:
    """Return what was handed in, a notebook or a module, as a notebook with the results of one topic in it.

    The learner's cells stay as they are, their outputs too unless they are huge. What cannot be read at all becomes a
    notebook of the results alone. Text that the submission may have written is shown and never interpreted.
    """
    names = [_name(task) for task in report.tasks]
    try:
        cells, text = list(given_cells(data, NAME)), _checked_text
        places = _places(data, names)
    except Unusable:
        cells, places = _from_module(data, names)
        text = plain_text
    made = [text_cell(overview(report))]
    for number, cell in cells:
        made += [cell, *(_about(task) for task in report.tasks if places.get(_name(task)) == number)]
    there = {number for number, _ in cells}
    made += [_about(task) for task in report.tasks if places.get(_name(task)) not in there]
    ids = [f"cell-{number}" for number in range(1, len(made) + 1)]
    return text(made, ids).encode("utf-8")


def feedback_module(data: bytes, report: Report) -> bytes:
    """Return a module as it was handed in, below the results of its topic as a comment."""
    lines = "\n".join(summary(report)).split("\n")
    comment = "\n".join(f"# {line}".rstrip() for line in lines)
    return f"{comment}\n\n{data.decode('utf-8', 'replace')}".encode()


def _checked_text(cells: Sequence[CellData], ids: Sequence[str]) -> str:
    return notebook_text(new_notebook(cells, ids))


def _name(task: TaskReport) -> str:
    return task.id.rpartition(".")[2]


def _about(task: TaskReport) -> CellData:
    return text_cell(about_task(task))


def _places(data: bytes, names: Sequence[str]) -> dict[str, int]:
    """Return the number of the cell that defines each name, or that would if Python could read it."""
    module = module_of(data, NAME, names)
    if isinstance(module, SourceProblem):
        return {}
    labels = {**module.defined, **{name: cell.label for name, cell in module.broken.items()}}
    return {name: int(found[1]) for name in names if (found := LABEL.fullmatch(labels.get(name, "")))}


def _from_module(data: bytes, names: Sequence[str]) -> tuple[list[Numbered], dict[str, int]]:
    """Cut a module into cells; text that is no Python stays in one, and what is no text is not shown."""
    source = parse_source(data, "the module")
    if isinstance(source, SourceProblem):
        text = data[:MOST_SHOWN].decode("utf-8", "replace").replace("\0", "\ufffd")
        cells = [(1, text_cell(text, "raw"))] if text.strip() else []
        return cells, {}
    pieces = split(source.text, names)
    cells = [(number, code_cell(piece.source)) for number, piece in enumerate(pieces, 1)]
    return cells, {name: number for number, piece in enumerate(pieces, 1) for name in piece.tasks}
