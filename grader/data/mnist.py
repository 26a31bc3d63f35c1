"""MNIST: read from the four IDX files that a learner has, checked, and stored where `load("mnist_full")` finds it."""

from __future__ import annotations

import gzip
import math
import os
import shutil
import struct
import tempfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.data.manifest import DataError, DataFile, Entry, check

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


UNLIKE = "this is not the file that was published: get it again"


def add_mnist(entry: Entry, source: Path, home: Path) -> Path:
    """Check the files of `entry` in `source` and store them, decompressed, below `home`.

    Nothing is written before all of them are found right, and each appears under its name only when it is whole.

    Args:
        entry: what the manifest says of the files.
        source: a folder with the files, each as it is or with `.gz`; it is only read.
        home: the data folder; a set that is there already is replaced.

    Returns:
        The folder that now holds the files.

    Raises:
        DataError: a file is missing, is no IDX file, is not the published one, or cannot be written.
    """
    found = {file.name: _published(source, file) for file in entry.files}
    target = home / entry.name
    try:
        target.mkdir(parents=True, exist_ok=True)
        _store(found, target, home)
    except OSError as error:
        remedy = "make room, or name another folder with --to"
        raise DataError(error.filename or target, f"cannot be written ({error.strerror})", remedy) from error
    return target


def _published(source: Path, file: DataFile) -> bytes:
    path = _find(source, file.name)
    raw = _decompressed(path, file.bytes)
    try:
        parse_idx(raw)
    except IdxError as error:
        raise DataError(path, str(error), UNLIKE) from error
    check(path, raw, file, UNLIKE)
    return raw


def _find(source: Path, name: str) -> Path:
    """Find a file under the names that are in use: train-images-idx3-ubyte or train-images.idx3-ubyte, or with .gz."""
    names = [spelled + ending for spelled in (name, name.replace("-idx", ".idx")) for ending in ("", ".gz")]
    for candidate in names:
        if (source / candidate).is_file():
            return source / candidate
    raise DataError(source / name, "is missing", f"put it there, or a file {names[1]}, and call again")


def _decompressed(path: Path, most: int) -> bytes:
    """Read a file, and no more of it than one byte above its published size."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            raw = stream.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(path, f"cannot be read ({error})", UNLIKE) from error
    if len(raw) > most:
        raise DataError(path, f"has more than the {most} bytes that were published", UNLIKE)
    return raw


def _store(found: dict[str, bytes], target: Path, home: Path) -> None:
    part = Path(tempfile.mkdtemp(prefix=".part-", dir=home))
    try:
        for name, raw in found.items():
            (part / name).write_bytes(raw)
        for name in found:
            os.replace(part / name, target / name)
    finally:
        shutil.rmtree(part, ignore_errors=True)
