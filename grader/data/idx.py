"""The IDX format, in which MNIST is published: a header that states type and shape, then the numbers."""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

# The third byte of a file names the type of its numbers, which are stored with the largest byte first.
TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_DIMENSIONS = 8


class IdxError(ValueError):
    """The bytes are no IDX file; the message says where they stop being one."""


def parse_idx(raw: bytes) -> NDArray[Any]:
    """Return the array of an IDX file, in the byte order of this machine.

    The size that the header declares is compared with the bytes at hand before anything is allocated.

    Args:
        raw: the whole file, not compressed: two zero bytes, one for the type, one for the number d of dimensions,
            d sizes of 4 bytes each with the largest byte first, and then the numbers.

    Returns:
        A new array with the declared shape and type.

    Raises:
        IdxError: a wrong magic number, a header that is cut off, or more or fewer bytes than declared.
    """
    kind, dimensions = _magic(raw)
    start = 4 + 4 * dimensions
    if len(raw) < start:
        raise IdxError(f"ends within its header: {len(raw)} bytes, and {dimensions} sizes need {start}")
    shape = struct.unpack(f">{dimensions}I", raw[4:start])
    dtype = np.dtype(kind)
    expected = start + math.prod(shape) * dtype.itemsize
    if len(raw) != expected:
        fault = "is truncated" if len(raw) < expected else "has trailing bytes"
        raise IdxError(f"{fault}: {len(raw)} bytes, and shape {shape} of {dtype.name} needs {expected}")
    if 0 in shape:
        shape = _small(shape)
    return np.frombuffer(raw[start:], dtype).reshape(shape).astype(dtype.newbyteorder("="))


def _magic(raw: bytes) -> tuple[str, int]:
    if len(raw) < 4:
        raise IdxError(f"is no IDX file: {len(raw)} bytes are less than a magic number")
    if raw[:2] == b"\x1f\x8b":
        raise IdxError("is compressed: decompress it first")
    if raw[:2] != b"\0\0" or raw[2] not in TYPES or not 1 <= raw[3] <= MOST_DIMENSIONS:
        expected = (
            f"00 00, one of {', '.join(f'{kind:02x}' for kind in TYPES)}, and 01 to {MOST_DIMENSIONS:02x}"
        )
        raise IdxError(f"is no IDX file: its magic number is {raw[:4].hex(' ')}, expected {expected}")
    return TYPES[raw[2]], raw[3]


def _small(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Refuse a shape without elements that numpy cannot hold all the same."""
    if math.prod(max(size, 1) for size in shape) >= 2**31:
        raise IdxError(f"declares shape {shape}, which holds nothing and is too large")
    return shape
