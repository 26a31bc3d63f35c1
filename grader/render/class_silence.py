"""The progress of a class run where nobody looks."""

from __future__ import annotations

from grader.classroom.jobs import Job
from grader.report import Report


class PlainClassProgress:
    """Nothing, where nobody looks."""

    def start(self, total: int, known: int) -> None:
        """Say nothing."""

    def graded(self, job: Job, report: Report) -> None:
        """Say nothing."""

    def stop(self) -> None:
        """Say nothing."""
