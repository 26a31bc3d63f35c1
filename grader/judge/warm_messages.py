"""What the ends of a warm judge say to each other: pickles behind their length, as all ends are ours."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from grader.device.choice import Accelerator

PIECE = struct.Struct(">?Q")  # whether this is the result, and how many bytes follow


def write(stream: BinaryIO, data: bytes, *, last: bool) -> None:
    """Write one frame, so that it can be read at once."""
    stream.write(PIECE.pack(last, len(data)))
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
        while len(self._data) >= PIECE.size:
            last, length = PIECE.unpack_from(self._data)
            end = PIECE.size + length
            if len(self._data) < end:
                return
            with memoryview(self._data) as view:
                data = bytes(view[PIECE.size : end])
            del self._data[:end]
            if last:
                self.result = data
            else:
                self._pass_on(data)


HEAD = struct.Struct(">QQ")  # which order it is about, and how many bytes follow


@dataclass(frozen=True)
class Post:
    """What a judge is to stand ready for."""

    task_ids: tuple[str, ...]
    sandbox: str
    accelerator: Accelerator


@dataclass(frozen=True)
class Ready:
    """The judge has read all it needs."""

    kind: str


@dataclass(frozen=True)
class Failed:
    """The judge could not grade an order; it goes on with others only if `alive`."""

    reason: str
    alive: bool


class Closed(Exception):
    """The other end has gone; start another judge, or end this one."""


def send(stream: BinaryIO, message: Any, number: int = 0) -> None:
    """Write one message about order `number`, whole."""
    send_packed(stream, pickle.dumps(message), number)


def send_packed(stream: BinaryIO, data: bytes, number: int = 0) -> None:
    """Write one message that is pickled already, whole."""
    try:
        stream.write(HEAD.pack(number, len(data)) + data)
        stream.flush()
    except (OSError, ValueError) as problem:
        raise Closed(str(problem)) from None


def receive(stream: BinaryIO, number: int = 0) -> Any:
    """Read the next message about order `number` or a later one; raise Closed where the stream ends before it does.

    What is left of earlier orders, whose answer nobody has waited for to its end, is passed over.
    """
    while True:
        about, length = HEAD.unpack(_exactly(stream, HEAD.size))
        data = _exactly(stream, length)
        if about >= number:
            return pickle.loads(data)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    try:
        data = stream.read(size)
    except (OSError, ValueError) as problem:
        raise Closed(str(problem)) from None
    if len(data) < size:
        raise Closed("the stream ended")
    return data
