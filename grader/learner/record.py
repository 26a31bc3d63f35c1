"""A grading, remembered in the folder that it belongs to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from grader.learner.step import after_grading
from grader.learner.store import now, update
from grader.report import Report


def record(
    folder: Path, report: Report, topics: Collection[str] | None = None, when: str | None = None
) -> str | None:
    """Add a grading to the progress of a course folder; return a sentence if anything was amiss.

    Args:
        folder: the course folder.
        report: of the grading.
        topics: those that had a file, as a grading without one says nothing about its tasks; all of them if None.
        when: it was, if not now.
    """
    moment = when or now()
    tasks = [task for task in report.tasks if topics is None or task.id.rpartition(".")[0] in topics]
    graded = replace(report, tasks=tuple(tasks))
    return update(folder, lambda progress: after_grading(progress, graded, moment))
