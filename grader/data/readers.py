"""From the bytes of a set's files to arrays of all its rows, in the order of the file."""

from __future__ import annotations

import csv
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.data.idx import parse_idx
from grader.data.manifest import Entry

MISSING = "NA"
Row = tuple[float | str | None, ...]
Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Rows:
    """All rows of a set, or of one part of it."""

    x: Any  # (N, ...) float32 array, or a list of N strings
    y: NDArray[Any]  # (N,) int64 or float32


def images(entry: Entry, raw: Files, stem: str = "") -> Rows:
    """Read `<stem>images...` and `<stem>labels...`, both IDX.

    Returns:
        x (N, 1, H, W) float32, divided by the manifest's scale; y (N,) int64.
    """
    pixels, labels = (_idx(raw, stem + part) for part in ("images", "labels"))
    x = np.divide(pixels[:, None], entry.scale, dtype=np.float32)
    return Rows(x, labels.astype(np.int64))


def numbers(entry: Entry, raw: Files) -> Rows:
    """Read a table of numbers with a header, whose last column is the target.

    Returns:
        x (N, F) float32; y (N,) int64 where the set has classes, else (N,) float32.
    """
    (text,) = raw.values()
    values = _grid(text)
    target = np.int64 if entry.classes else np.float32
    return Rows(values[:, :-1].astype(np.float32), values[:, -1].astype(target))


def words(entry: Entry, raw: Files) -> Rows:
    """Read lines `word,class` under a header.

    Returns:
        x, a list of N strings; y (N,) int64.
    """
    (text,) = raw.values()
    pairs = [line.split(",") for line in text.decode("ascii").splitlines()[1:]]
    numbers = {name: number for number, name in enumerate(entry.classes)}
    return Rows([word for word, _ in pairs], np.array([numbers[name] for _, name in pairs], dtype=np.int64))


def table(text: str) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Read a table with gaps: the names of its columns, and its rows; a number becomes a float and NA becomes None."""
    header, *lines = csv.reader(text.splitlines())
    return tuple(header), tuple(tuple(map(_value, line)) for line in lines)


READERS: dict[str, Callable[[Entry, Files], Rows]] = {"images": images, "numbers": numbers, "words": words}


def _idx(raw: Files, start: str) -> NDArray[Any]:
    (found,) = (content for name, content in raw.items() if name.startswith(start))
    return parse_idx(found)


@functools.lru_cache(maxsize=8)
def _grid(text: bytes) -> NDArray[np.float64]:
    """Parse the numbers under a header, (N, columns), once for each content."""
    header, _, body = text.decode("ascii").partition("\n")
    values = np.array(list(map(float, body.rstrip().replace("\n", ",").split(","))))
    values.flags.writeable = False
    return values.reshape(-1, header.count(",") + 1)


def _value(text: str) -> float | str | None:
    if text == MISSING:
        return None
    try:
        return float(text)
    except ValueError:
        return text
