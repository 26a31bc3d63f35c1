"""Large pages under what every worker inherits.

A fork copies an entry for each page of its parent, and the child's end drops each of them again. A process that has
imported torch has some 40 000 small pages; gathered into large ones they are a few hundred entries.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from grader.worker.confine import kernel

LARGE = 2 << 20  # bytes of a large page
FORKS_IN_SMALL_PAGES = 40  # gathering the pages costs what so many forks would save


class Pages:
    """The pages of this process; what is forked from it inherits how they lie."""

    def __init__(self) -> None:
        """Begin with small ones."""
        self._forks, self._gathered = 0, False

    def before_fork(self) -> None:
        """Count a fork, and gather the pages once there are so many that it is worth it."""
        self._forks += 1
        if self._forks == FORKS_IN_SMALL_PAGES and not self._gathered:
            self.gather()

    def expect(self, forks: int) -> None:
        """Gather the pages now if so many forks of what is here will come."""
        if forks >= FORKS_IN_SMALL_PAGES:
            self.gather()

    def gather(self) -> None:
        """Gather the pages, also those that came since the last time."""
        self._gathered = True
        gather_pages()


PAGES = Pages()


def gather_pages() -> int:
    """Move this process's memory into large pages and return how many the system gave: a quarter of a second, once.

    That is what some forty forks and their ends then save. Where the C library asked for large pages from the start,
    only Python's own memory is left to move: a fiftieth of a second.
    """
    return sum(kernel.gathered(start, LARGE) for start in _places())


def _places() -> Iterator[int]:
    """Addresses at which a large page fits into memory that is no file's."""
    if sys.platform != "linux":
        return
    try:
        lines = Path("/proc/self/maps").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        span, rights, *_, last = line.split()
        if rights == "rw-p" and last in ("0", "[heap]"):
            first, end = (int(address, 16) for address in span.split("-"))
            yield from range(-(-first // LARGE) * LARGE, end - LARGE + 1, LARGE)
