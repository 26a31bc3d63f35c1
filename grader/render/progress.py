"""Live progress on a terminal while a submission is graded."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from grader.render.escape import one_line


class LiveProgress:
    """One line that counts tests and names the task; it leaves nothing behind when it stops."""

    def __init__(self, console: Console) -> None:
        self._live = Progress(
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[failed]}", style="red", markup=False),
            TextColumn("{task.description}", style="dim", markup=False),
            console=console,
            transient=True,
        )
        self._bar = self._live.add_task("", start=False, total=None, failed="")
        self._failed = 0

    def start(self, total: int) -> None:
        """Show the line; there will be `total` tests."""
        self._live.start()
        self._live.start_task(self._bar)
        self._live.update(self._bar, total=total)

    def advance(self, task_id: str, test_name: str, verdict: str) -> None:
        """One more test is done."""
        self._failed += verdict != "pass"
        failed = f"{self._failed} failed" if self._failed else ""
        self._live.update(self._bar, advance=1, description=one_line(task_id), failed=failed)

    def stop(self) -> None:
        """Take the line away."""
        self._live.stop()
