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

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Keep what is written within the block from the terminal."""
        sys.stderr.flush()
        with tempfile.TemporaryFile() as file:
            before = os.dup(2)
            try:
                os.dup2(file.fileno(), 2)
                self._file = file
                yield
            finally:
                sys.stderr.flush()
                self._file = None
                os.dup2(before, 2)
                os.close(before)

    def line(self) -> str:
        """Return the last line; nothing where nobody wrote, or where the terminal shows it anyway."""
        if self._file is None:
            return ""
        end = os.fstat(self._file.fileno()).st_size
        text = os.pread(self._file.fileno(), MOST, max(0, end - MOST)) if hasattr(os, "pread") else b""
        lines = text.decode("utf-8", "replace").strip().splitlines()
        return lines[-1].strip() if lines else ""
