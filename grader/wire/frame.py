"""Length-prefixed frames: a JSON header and the raw bytes it speaks of."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from typing import Any

from grader.wire.limits import MAX_BODY_BYTES, MAX_BUFFERS, MAX_HEADER_BYTES

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
