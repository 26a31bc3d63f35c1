"""A grading, remembered in the folder that it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from grader.learner.step import after_grading
from grader.learner.store import now, update
from grader.report import Report


def record(
    folder: Path, report: Report, when: str | None = None, codes: Mapping[str, str] | None = None
) -> str | None:
    """Add a grading of the code with these marks to the progress; return a sentence if anything was amiss."""
    moment = when or now()
    return update(folder, lambda progress: after_grading(progress, report, moment, codes))
