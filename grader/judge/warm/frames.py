"""What a child writes to its judge: what it tells meanwhile, and at the end its result, each behind its length."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import BinaryIO

HEAD = struct.Struct(">?Q")  # whether this is the result, and how many bytes follow


def write(stream: BinaryIO, data: bytes, *, last: bool) -> None:
    """Write one frame, so that it can be read at once."""
    stream.write(HEAD.pack(last, len(data)))
    stream.write(data)
    stream.flush()


class Frames:
    """Takes apart what comes out of the pipe, in whatever pieces; a frame that is cut off is none."""

    def __init__(self, pass_on: Callable[[bytes], None]) -> None:
        """Nothing has come yet; `pass_on` gets what is told, at once and in its order."""
        self._pass_on, self._data = pass_on, bytearray()
        self.result: bytes | None = None

    def take(self, part: bytes) -> None:
        """Take the next piece."""
        self._data += part
        while len(self._data) >= HEAD.size:
            last, length = HEAD.unpack_from(self._data)
            end = HEAD.size + length
            if len(self._data) < end:
                return
            with memoryview(self._data) as view:
                data = bytes(view[HEAD.size : end])
            del self._data[:end]
            if last:
                self.result = data
            else:
                self._pass_on(data)
