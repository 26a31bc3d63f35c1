"""Watching a worker's resident memory, where the system shows it."""

from __future__ import annotations

import os

from grader.sandbox.errors import WorkerMemory

MAX_RESIDENT_BYTES = 2 * 2**30  # beyond what torch itself takes; measured from the first look


class MemoryWatch:
    """Compares a process's resident size with a limit."""

    def __init__(self, pid: int, limit: int = MAX_RESIDENT_BYTES) -> None:
        """Watch process `pid`."""
        self._path, self._limit = f"/proc/{pid}/statm", limit

    def check(self) -> None:
        """Look once. Raises WorkerMemory when the process holds more than it may."""
        try:
            with open(self._path) as file:
                resident = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, IndexError, ValueError):  # no such file system here, or the process has ended
            return
        if resident > self._limit:
            raise WorkerMemory(
                f"{resident / 2**20:.0f} MiB in use, allowed are {self._limit / 2**20:.0f} MiB"
            )
