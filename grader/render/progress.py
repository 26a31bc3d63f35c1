"""Live progress on a terminal while a submission is graded."""

from __future__ import annotations

import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from grader.render.escape import one_line
from grader.text import say

PAUSE = 0.05  # seconds between two drawings


class LiveProgress:
    """One line that counts tasks and names the one at hand; it leaves nothing behind when it stops.

    It is drawn when a test is done, and not by a thread: the judge forks while the line is on screen.
    """

    def __init__(self, console: Console) -> None:
        self._live = Progress(
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TextColumn("{task.fields[failed]}", style="red", markup=False),
            TextColumn("{task.description}", style="dim", markup=False),
            console=console,
            transient=True,
            auto_refresh=False,
            redirect_stdout=False,  # a debugger that somebody stopped in has to reach the terminal
            redirect_stderr=False,
        )
        self._bar = self._live.add_task("", total=None, failed="")
        self._seen: set[str] = set()
        self._failed: set[str] = set()
        self._drawn = 0.0

    def start(self, total: int) -> None:
        """Show the line; there are `total` tasks."""
        self._live.update(self._bar, total=total)
        self._live.start()

    def advance(self, task_id: str, test_name: str, verdict: str) -> None:
        """One more test of a task is done."""
        self._seen.add(task_id)
        if verdict not in ("pass", "not_attempted", "skipped"):
            self._failed.add(task_id)
        failed = say("tasks.failed", failed=len(self._failed)) if self._failed else ""
        self._live.update(self._bar, completed=len(self._seen), description=one_line(task_id), failed=failed)
        if time.monotonic() > self._drawn + PAUSE:
            self._live.refresh()
            self._drawn = time.monotonic()

    def count(self, done: int, total: int, part: str) -> None:
        """Show how many parts of a work are done, how many there are now, and which was the last."""
        self._live.start()
        self._live.update(self._bar, completed=done, total=total, description=one_line(part))
        self._live.refresh()

    def stop(self) -> None:
        """Take the line away."""
        self._live.stop()
