"""How long the judge itself may be busy with the answers of one test, however cheap they were to send."""

from __future__ import annotations

import time
from types import TracebackType

from grader.sandbox.transport import WorkerLied

SECONDS = 10.0  # of the judge's processor time; an honest test takes milliseconds


class CpuBudget:
    """Counts the processor time spent within it."""

    def __init__(self, seconds: float = SECONDS) -> None:
        """Start with all of it."""
        self._left, self._started = seconds, 0.0

    def __enter__(self) -> None:
        """Begin to count. Raises WorkerLied when nothing is left."""
        if self._left < 0:
            raise WorkerLied("answers that take the judge too long to read")
        self._started = time.process_time()

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop counting."""
        self._left -= time.process_time() - self._started
