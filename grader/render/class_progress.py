"""Live progress of a class run: what is kept, what is left, and for how long, once enough is done to tell."""

from __future__ import annotations

import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from grader.classroom.jobs import Job
from grader.report import Report

ENOUGH = 5  # gradings after which the time that is left can be told


def remaining(done: int, total: int, seconds: float) -> str:
    """Return how long the rest will take at the pace so far; nothing before there is a pace."""
    if done < ENOUGH or done >= total:
        return ""
    left = seconds / done * (total - done)
    return f"about {_duration(left)} left"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"


class LiveClassProgress:
    """One line that counts gradings; it leaves nothing behind when it stops."""

    def __init__(self, console: Console) -> None:
        """Show nothing yet."""
        self._live = Progress(
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TextColumn("{task.description}", style="dim", markup=False),
            console=console,
            transient=True,
        )
        self._bar = self._live.add_task("the judges get ready", total=None)
        self._done, self._total, self._began = 0, 0, time.monotonic()

    def start(self, total: int, known: int) -> None:
        """Show the line; `total` gradings are to be made."""
        self._total, self._began = total, time.monotonic()
        self._live.update(self._bar, total=total)
        if total:
            self._live.start()

    def graded(self, job: Job, report: Report) -> None:
        """One more grading is kept."""
        self._done += 1
        left = remaining(self._done, self._total, time.monotonic() - self._began)
        self._live.update(self._bar, completed=self._done, description=f"{job.topic}  {left}")

    def stop(self) -> None:
        """Take the line away."""
        self._live.stop()
