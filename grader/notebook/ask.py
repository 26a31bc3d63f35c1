"""A grading in a process of its own: the kernel holds threads and data, and is never forked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.intake.notebook.document import Cell
from grader.notebook.history import as_file
from grader.notebook.html import framed
from grader.notebook.plain import plain
from grader.report import Report
from grader.report.json import from_json

FAILED = 1  # the exit code of a grading in which something did not pass; above it there is no report
UNFINISHED = 3  # there may be a report all the same, of an incomplete grading


class CannotGrade(Exception):
    """There is nothing to show but one line that says why, and what to do."""


@dataclass(frozen=True)
class Answer:
    """A report, and what was typed to get it."""

    report: Report

    def html(self) -> str:
        """Return what a notebook shows."""
        return framed(self.report)

    def text(self) -> str:
        """Return what a notebook shows where it shows no HTML."""
        return plain(self.report)


def ask(
    cells: Sequence[Cell],
    topic: str,
    tasks: Sequence[str],
    options: Sequence[str] = (),
    folder: Path | None = None,
) -> Answer:
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
        command = [
            sys.executable,
            "-P",
            "-m",
            "grader",
            file.name,
            *chosen,
            *options,
            *keep,
            "--format",
            "json",
            "--output",
            report.name,
        ]
        done = subprocess.run(command, cwd=place, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode in (0, FAILED, UNFINISHED) and report.is_file():
            return Answer(from_json(report.read_text(encoding="utf-8")))
    raise CannotGrade(_reason(done.stderr or done.stdout))


def hint(words: Sequence[str], folder: Path | None) -> str:
    """Return what `grade hint` says, or why it says nothing."""
    keep = ["--progress", str(folder)] if folder else []
    command = [sys.executable, "-P", "-m", "grader", "hint", *words, *keep]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return done.stdout.rstrip() if done.returncode == 0 else _reason(done.stderr or done.stdout)


def _reason(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    return lines[-1].removeprefix("Error: ") if lines else "the grader ended without a word: try again"
