"""Length-prefixed frames: a JSON header and the raw bytes it speaks of, bounded before anything is allocated."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from typing import Any

MAX_HEADER_BYTES = 4 * 2**20  # a JSON header; larger data travels in buffers
MAX_BODY_BYTES = 2**28  # all buffers of one frame together; also all its tensors, as if none were expanded
MAX_BUFFERS = 4096
MAX_DEPTH = 48  # containers within containers
MAX_VALUES = 100_000  # nodes of one message
MAX_MIRRORS = 2000  # tensors of one test that were born in the worker and are kept on both sides
MAX_MIRROR_BYTES = 2**28  # of all of them together, as if none were expanded
MAX_INT_BITS = 4096  # of one integer; Python refuses to read more than 4300 digits
MAX_DIMENSIONS = 32
MAX_ELEMENTS = 2**27  # of one tensor, counted by its shape


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


PREFIX = struct.Struct(">4sIQ")  # magic, header bytes, body bytes
MAGIC = b"TGR1"
IN_ONE_PIECE = 1 << 16  # bytes of buffers that are rather copied than sent one after the other

Header = dict[str, Any]
Buffer = bytes | bytearray | memoryview


class BadFrame(Exception):
    """The other side sent something that is not a message of this format.

    Cause: a broken or hostile worker. Remedy: end that worker; nothing of the frame is used.
    """


class TooLarge(Exception):
    """A value is larger than one message may be; nothing was sent. Remedy: return less."""


def pack(header: Header, buffers: Sequence[Buffer]) -> list[Buffer]:
    """Return the parts of a frame, ready to be sent one after the other."""
    sizes = [len(buffer) for buffer in buffers]
    text = json.dumps({**header, "buffers": sizes}, separators=(",", ":")).encode()
    for what, count, most in (
        ("tensors or other pieces of memory", len(sizes), MAX_BUFFERS),
        ("bytes of numbers and texts", len(text), MAX_HEADER_BYTES),
        ("bytes of tensors", sum(sizes), MAX_BODY_BYTES),
    ):
        if count > most:
            raise TooLarge(f"a value of {count} {what}, allowed are {most}")
    head = PREFIX.pack(MAGIC, len(text), sum(sizes)) + text
    if sum(sizes) <= IN_ONE_PIECE:
        return [b"".join((head, *buffers))]
    return [head, *(buffer for buffer in buffers if len(buffer))]


def unpack(read: Callable[[int], bytearray]) -> tuple[Header, list[bytearray]]:
    """Read one frame through `read(count)`, which returns exactly `count` bytes.

    Raises:
        BadFrame: a wrong magic, a size above the limits, JSON that is none, sizes that do not add up.
    """
    magic, header_bytes, body_bytes = PREFIX.unpack(read(PREFIX.size))
    if magic != MAGIC or header_bytes > MAX_HEADER_BYTES or body_bytes > MAX_BODY_BYTES:
        raise BadFrame("the frame's first bytes are wrong or announce too much")
    header = _header(bytes(read(header_bytes)))
    sizes = header.pop("buffers", None)
    if not isinstance(sizes, list) or len(sizes) > MAX_BUFFERS:
        raise BadFrame("the frame does not list its buffers")
    if any(type(size) is not int or size < 0 for size in sizes) or sum(sizes) != body_bytes:
        raise BadFrame("the frame's buffers do not add up to its body")
    return header, [read(size) for size in sizes]


def _header(text: bytes) -> Header:
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise BadFrame(f"the frame's header is not JSON: {problem}") from None
    if type(header) is not dict:
        raise BadFrame("the frame's header is not an object")
    return header
