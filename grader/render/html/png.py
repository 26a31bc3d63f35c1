"""Grids of numbers within bounds, and as small PNG pictures inside the page."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from collections.abc import Iterable

from grader.report import Grid

MOST_SIDE = 64  # rows and columns
LARGEST = 1e30  # as of every number that a test draws; what is beyond is a gap


def bounded(grid: Grid) -> Grid:
    """The first rows and columns of a grid; nothing at all if it is empty or its rows differ in length."""
    rows = tuple(tuple(map(_finite, row[:MOST_SIDE])) for row in grid[:MOST_SIDE])
    return rows if rows and rows[0] and len({len(row) for row in rows}) == 1 else ()


def values_of(grids: Iterable[Grid]) -> list[float]:
    """All numbers of some grids, without the gaps."""
    return [value for grid in grids for row in grid for value in row if value is not None]


def _finite(value: float | None) -> float | None:
    return value if value is not None and abs(value) <= LARGEST else None


Colour = tuple[int, int, int]
BELOW, ZERO, ABOVE = (38, 92, 160), (245, 245, 245), (196, 98, 16)
GAP: Colour = (200, 60, 160)  # a colour that no scale has
SIGNATURE = b"\x89PNG\r\n\x1a\n"
RGB, DEPTH = 2, 8


def grey(grid: Grid, low: float, high: float) -> str:
    """A picture from black at `low` to white at `high`, as a data URI."""
    span = high - low or 1.0

    def colour(value: float | None) -> Colour:
        if value is None:
            return GAP
        level = round(255 * max(0.0, min(1.0, (value - low) / span)))
        return level, level, level

    return _uri([[colour(value) for value in row] for row in grid])


def diverging(grid: Grid, most: float) -> str:
    """A picture from blue at `-most` over white at 0 to orange at `most`, as a data URI."""

    def colour(value: float | None) -> Colour:
        if value is None:
            return GAP
        share = max(-1.0, min(1.0, value / most)) if most else 0.0
        end = ABOVE if share > 0 else BELOW
        red, green, blue = (
            round(middle + abs(share) * (far - middle)) for middle, far in zip(ZERO, end, strict=True)
        )
        return red, green, blue

    return _uri([[colour(value) for value in row] for row in grid])


def _uri(rows: list[list[Colour]]) -> str:
    return "data:image/png;base64," + b64encode(_png(rows)).decode("ascii")


def _png(rows: list[list[Colour]]) -> bytes:
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), DEPTH, RGB, 0, 0, 0)
    lines = b"".join(b"\0" + bytes(part for colour in row for part in colour) for row in rows)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
