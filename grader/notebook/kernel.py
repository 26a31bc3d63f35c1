"""The cells that a kernel has run, graded in a process of its own, since a kernel has threads and is never forked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from grader.intake.notebook_document import KEY, Cell
from grader.intake.notebook_module import DEFINED, names_bound
from grader.intake.notebook_writing import code_cell, notebook_text
from grader.intake.python_text import Cleaned, cleaned
from grader.report import Report
from grader.report.json import from_json

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def cells_of(shell: InteractiveShell) -> list[Cell]:
    """Return the cells of this session in the order in which they were run, as they were typed.

    Cells that failed are among them: the kernel has what they had defined until then. A cell that was run again
    without a change stands where it was run last.
    """
    typed = list(shell.history_manager.input_hist_raw) if shell.history_manager else []
    last = {source: number for number, source in enumerate(typed)}
    cells = [
        Cell(f"In [{number}]", source, number)
        for number, source in enumerate(typed)
        if source.strip() and last[source] == number
    ]
    return [cell for at, cell in enumerate(cells) if not _is_repaired(cell, cells[at + 1 :])]


def _is_repaired(cell: Cell, later: Sequence[Cell]) -> bool:
    """Whether a cell was no Python, so that it defined nothing, and what it was to define was run later."""
    if not later or isinstance(cleaned(cell.source, cell.label), Cleaned):
        return False
    return set(DEFINED.findall(cell.source)) <= defined_in(later)


def defined_in(cells: Iterable[Cell]) -> set[str]:
    """Return the names that the cells bind, or would bind if Python could read them."""
    return set[str]().union(*(names_bound(cell.source) for cell in cells))


def as_file(cells: Sequence[Cell]) -> str:
    """Return the text of a notebook whose cells are called by their number in the kernel, such as In [5]."""
    rows = [code_cell(cell.source, {KEY: {"role": "input"}}, cell.count) for cell in cells]
    return notebook_text(rows, [f"input-{cell.count}" for cell in cells])


GRADE = (sys.executable, "-X", "utf8", "-P", "-m", "grader")
FAILED = 1  # the exit code of a grading in which something did not pass; above it there is no report
UNFINISHED = 3  # there may be a report all the same, of an incomplete grading


class CannotGrade(Exception):
    """There is nothing to show but one line that says why, and what to do."""


def grade_cells(
    cells: Sequence[Cell],
    topic: str,
    tasks: Sequence[str],
    options: Sequence[str] = (),
    folder: Path | None = None,
) -> Report:
    """Grade tasks of a topic on the cells that a kernel has run.

    Args:
        cells: in the order in which they were run.
        topic: of the tasks.
        tasks: their ids.
        options: of `grade PATH`, as they are typed.
        folder: the course folder that remembers the grading, if there is one.

    Raises:
        CannotGrade: the grader refused, or failed.
    """
    keep = ["--progress", str(folder)] if folder else []
    with TemporaryDirectory(prefix="torchgrade-") as place:
        file, report = Path(place, f"{topic}.ipynb"), Path(place, "report.json")
        file.write_text(as_file(cells), encoding="utf-8")
        chosen = [word for task in tasks for word in ("--task", task)]
        # -P and the folder: what lies beside the notebook, a torch.py for instance, is not imported by the grader.
        to_file = ("--format", "json", "--output", report.name)
        command = [*GRADE, file.name, *chosen, *options, *keep, *to_file]
        done = subprocess.run(command, cwd=place, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8")
        if done.returncode in (0, FAILED, UNFINISHED) and report.is_file():
            return from_json(report.read_text(encoding="utf-8"))
    raise CannotGrade(_reason(done.stderr or done.stdout))


def hint(words: Sequence[str]) -> str:
    """Return what `grade hint` says in this folder, or why it says nothing."""
    done = subprocess.run([*GRADE, "hint", *words], stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8")
    return done.stdout.rstrip() if done.returncode == 0 else _reason(done.stderr or done.stdout)


def _reason(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    return lines[-1].removeprefix("Error: ") if lines else "the grader ended without a word: try again"
