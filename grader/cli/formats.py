"""The formats of a report that other programs read."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.faults import OurFault, WrongCall

if TYPE_CHECKING:
    from grader.report import Report

Write = Callable[["Report", Sequence[Path]], str]


def _json(report: Report, paths: Sequence[Path]) -> str:
    from grader.render.json import to_json

    return to_json(report)


def _junit(report: Report, paths: Sequence[Path]) -> str:
    from grader.render.junit import to_junit

    return to_junit(report)


def _gradescope(report: Report, paths: Sequence[Path]) -> str:
    from grader.render.gradescope import to_gradescope

    return to_gradescope(report)


def _prairielearn(report: Report, paths: Sequence[Path]) -> str:
    from grader.classroom.outputs import to_prairielearn

    return to_prairielearn(report)


def _check50(report: Report, paths: Sequence[Path]) -> str:
    from grader.classroom.outputs import to_check50

    return to_check50(report, "torchgrade")


def _classroom50(report: Report, paths: Sequence[Path]) -> str:
    from grader.classroom.outputs import NoResult, to_classroom50

    try:
        return to_classroom50(report, os.environ, _committed(paths[0]), datetime.now(UTC))
    except NoResult as problem:
        raise OurFault(f"--format classroom50: {problem}") from problem


def _committed(path: Path) -> datetime:
    """Return when the commit that is graded was made: by it lateness is decided, also when it is graded again."""
    folder = path if path.is_dir() else path.parent
    command = ["git", "-C", str(folder), "log", "-1", "--format=%cI"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return datetime.fromisoformat(done.stdout.strip())
    except (OSError, subprocess.CalledProcessError, ValueError) as problem:
        raise WrongCall(
            f"--format classroom50: {folder} is in no git repository with a commit, which says when it was handed in"
        ) from problem


FORMATS: dict[str, Write] = {
    "json": _json,
    "junit": _junit,
    "gradescope": _gradescope,
    "classroom50": _classroom50,
    "prairielearn": _prairielearn,
    "check50": _check50,
}
