"""Grading with what a terminal shows meanwhile, for the commands that grade one submission."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.cli.faults import judge_problems
from grader.cli.output import live_progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.report import Report


def graded(paths: Sequence[Path], options: Mapping[str, Any]) -> Report:
    """Grade what lies under `paths`; the options are those of the judge."""
    from grader.judge.grading import grade_submission

    progress = live_progress()
    try:
        with judge_problems():
            return grade_submission(paths, progress=progress, **options)
    finally:
        if progress:
            progress.stop()
