"""What a submission prints: kept up to a bound, for the learner to see beside a failure."""

from __future__ import annotations

import io
import sys

MAX_CHARACTERS = 4000


class BoundedOutput(io.TextIOBase):
    """A text stream that keeps the first characters and drops the rest."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self._parts: list[str] = []
        self._size = 0

    def install(self) -> None:
        """Become standard output and standard error."""
        sys.stdout = sys.stderr = self

    def writable(self) -> bool:
        """Text can be written."""
        return True

    def write(self, text: str) -> int:
        """Keep what still fits until it is taken."""
        room = MAX_CHARACTERS - self._size
        if room > 0:
            self._parts.append(str(text)[:room])
            self._size += len(self._parts[-1])
        return len(text)

    def take(self) -> str:
        """Return what was printed since the last call."""
        text = "".join(self._parts)
        self._parts.clear()
        self._size = 0
        return text
