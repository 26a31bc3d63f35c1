"""Somebody who wants to see a grading go on."""

from __future__ import annotations

from typing import Protocol

Row = tuple[str, str, str]  # task id, test name, verdict


class Progress(Protocol):
    """Is told how far a grading is."""

    def start(self, total: int) -> None:
        """Begin; `total` tasks are to be graded."""

    def advance(self, task_id: str, test_name: str, verdict: str) -> None:
        """A test has its verdict."""

    def stop(self) -> None:
        """No more will come."""
