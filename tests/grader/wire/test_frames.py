"""A frame announces its size, and is refused before more is read or allocated than allowed."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from grader.wire.frame import (
    MAGIC,
    MAX_BODY_BYTES,
    MAX_BUFFERS,
    MAX_HEADER_BYTES,
    PREFIX,
    BadFrame,
    TooLarge,
    pack,
    unpack,
)


def reader(data: bytes) -> Callable[[int], bytearray]:
    place = 0

    def read(count: int) -> bytearray:
        nonlocal place
        assert count <= len(data) - place, "asked for more than there is"
        place += count
        return bytearray(data[place - count : place])

    return read


def frame(text: bytes, body: bytes = b"", magic: bytes = MAGIC) -> bytes:
    return PREFIX.pack(magic, len(text), len(body)) + text + body


def test_frame_survives() -> None:
    parts = pack({"op": "call", "buffers": "replaced"}, [b"ab", b"", memoryview(b"cde")])
    header, buffers = unpack(reader(b"".join(bytes(part) for part in parts)))
    assert header == {"op": "call"} and buffers == [b"ab", b"", b"cde"]


@pytest.mark.parametrize(
    "prefix",
    [
        PREFIX.pack(b"HTTP", 2, 0),
        PREFIX.pack(MAGIC, MAX_HEADER_BYTES + 1, 0),
        PREFIX.pack(MAGIC, 2, MAX_BODY_BYTES + 1),
        b"\xff" * PREFIX.size,
    ],
)
def test_announcement_beyond_the_limits_is_refused_unread(prefix: bytes) -> None:
    with pytest.raises(BadFrame, match="first bytes"):
        unpack(reader(prefix))


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b"[]", b"1", b"null", b"{}", b'{"buffers": 1}', b'{"buffers": [1]}', b'{"buffers": [-1, 1]}',
        b'{"buffers": [true]}', b'{"buffers": [0.0]}', b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000,
        b'{"buffers": [' + b"9" * 5000 + b"]}", b'{"buffers": []} x',
    ],
    ids=lambda text: repr(text[:20]),
)  # fmt: skip
def test_header_that_is_none_is_refused(text: bytes) -> None:
    with pytest.raises(BadFrame):
        unpack(reader(frame(text)))


def test_too_many_buffers_are_refused_on_both_sides() -> None:
    with pytest.raises(TooLarge):
        pack({}, [b""] * (MAX_BUFFERS + 1))
    with pytest.raises(BadFrame):
        unpack(reader(frame(json.dumps({"buffers": [0] * (MAX_BUFFERS + 1)}).encode())))


def test_too_large_header_is_not_sent() -> None:
    with pytest.raises(TooLarge):
        pack({"text": "a" * MAX_HEADER_BYTES}, [])


def test_too_large_body_is_not_sent() -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return MAX_BODY_BYTES + 1

    with pytest.raises(TooLarge, match="allowed are"):
        pack({}, [Huge()])
