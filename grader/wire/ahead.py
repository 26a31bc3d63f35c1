"""Reading what was announced, and what has come beyond it: most frames then take a single look at the socket."""

from __future__ import annotations

from collections.abc import Callable

CHUNK = 1 << 14  # bytes that are read at most before they are asked for


class Ahead:
    """Bytes in the order in which they come."""

    def __init__(self, receive: Callable[[memoryview], int]) -> None:
        """Read by `receive`, which fills the beginning of a piece of memory and returns how much, at least a byte."""
        self._receive = receive
        self._chunk = memoryview(bytearray(CHUNK))
        self._there = self._chunk[:0]

    @property
    def is_empty(self) -> bool:
        """Whether nothing has come that was not asked for."""
        return not self._there

    def read(self, count: int) -> bytearray:
        """Return the next `count` bytes."""
        if count <= len(self._there):
            data, self._there = bytearray(self._there[:count]), self._there[count:]
            return data
        data = bytearray(count)
        left = memoryview(data)
        while left:
            left = left[self._fill(left) :]
        return data

    def _fill(self, left: memoryview) -> int:
        if not self._there:
            if len(left) >= CHUNK:
                return self._receive(left)
            self._there = self._chunk[: self._receive(self._chunk)]
        size = min(len(left), len(self._there))
        left[:size] = self._there[:size]
        self._there = self._there[size:]
        return size
