"""Where standard error goes while a page fills the terminal: into a file, of which the end can be told."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from typing import IO

MOST = 4000  # bytes from the end that are looked at


class LastWords:
    """What was written to standard error, by this process and by those that it started."""

    def __init__(self) -> None:
        """Nothing is written yet."""
        self._file: IO[bytes] | None = None
        self._wanted = False

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Keep what is written within the block from the terminal; show its end afterwards, if it was asked for."""
        sys.stderr.flush()
        with tempfile.TemporaryFile("a+b") as file:  # what is written goes to the end, wherever it is read
            before = os.dup(2)
            try:
                os.dup2(file.fileno(), 2)
                self._file = file
                yield
            finally:
                sys.stderr.flush()
                text = self._end() if self._wanted else ""
                self._file = None
                os.dup2(before, 2)
                os.close(before)
                sys.stderr.write(text)

    def line(self) -> str:
        """Return the last line; nothing where nobody wrote, or where the terminal shows it anyway."""
        self._wanted = True
        lines = self._end().strip().splitlines()
        return lines[-1].strip() if lines else ""

    def _end(self) -> str:
        if self._file is None:
            return ""
        size = os.fstat(self._file.fileno()).st_size
        self._file.seek(max(0, size - MOST))
        return self._file.read().decode("utf-8", "replace")
