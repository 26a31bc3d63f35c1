"""Which tests share a worker: those of one topic, as long as it answers and is young.

A worker costs more than most tests do. Each test still meets a module of its own, freshly executed; what a worker can
carry from one test to the next is only what the submission does to Python or torch themselves. One file answers for all
tasks of a topic, so nothing is carried that it could not have done by itself as it was executed.
"""

from __future__ import annotations

MOST_SECONDS = 5.0  # of one worker's use, far below the processor time that the system allows it


class Sharing:
    """Numbers the workers of a room: a new number is a new worker."""

    def __init__(self) -> None:
        """Start with nothing shared."""
        self._room, self._number, self._served, self._spent = "", 0, 0, 0.0

    def enter(self, room: str) -> str:
        """Return the name of the worker that serves the next test; a test without a room has one to itself."""
        if not room:
            return ""
        if room != self._room or self._spent > MOST_SECONDS:
            self.part()
        self._room = room
        self._served += 1
        return f"{room}::{self._number}"

    def spend(self, seconds: float) -> None:
        """Count the time of a test."""
        self._spent += seconds

    @property
    def in_company(self) -> bool:
        """Whether the worker had served others before the last test."""
        return self._served > 1

    def part(self) -> None:
        """Give the next test a worker of its own."""
        self._number, self._served, self._spent = self._number + 1, 0, 0.0
