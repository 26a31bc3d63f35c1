"""Loading a data set: read, checked, parsed and split, in a few milliseconds."""

from __future__ import annotations

import csv
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from grader.data.manifest import DataError, Entry, entry_of, read_checked


class Part(NamedTuple):
    """Rows with their targets."""

    x: Any  # (N, ...) float32, or a list of N strings
    y: Tensor  # (N,) int64 class numbers, or (N,) float32 numbers to predict


@dataclass(frozen=True)
class DataSet:
    """A data set in two parts, which are the same on every machine."""

    name: str
    train: Part
    test: Part
    features: tuple[str, ...]  # names of the columns of x; empty for images and words
    classes: tuple[str, ...]  # classes[y] is the name of a class; empty where y is a number to predict


@dataclass(frozen=True)
class Table:
    """A small table with gaps, of which every row is given."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[float | str | None, ...], ...]  # one value for each column; None where the file says NA
    text: str  # the file itself, with commas, a header and NA

    def column(self, name: str) -> list[float | str | None]:
        """Return the values of one column, top to bottom."""
        at = self.columns.index(name)
        return [row[at] for row in self.rows]


@dataclass(frozen=True)
class Text:
    """A text in two parts, the second of which goes on where the first ends."""

    name: str
    train: str
    test: str


EVERY = 5
Mask = NDArray[np.bool_]


def every_fifth_row(y: NDArray[Any]) -> Mask:
    """Mark rows 5, 10, 15, ... in the order of the file, counted from 1.

    Args:
        y: the targets, (N,) of any type; only their number matters.

    Returns:
        (N,) bool, True for a test row.
    """
    test: Mask = np.arange(1, len(y) + 1) % EVERY == 0
    return test


def every_fifth_row_of_each_class(y: NDArray[Any]) -> Mask:
    """Mark rows 5, 10, 15, ... of each class in the order of the file, so that both parts have the same classes.

    Args:
        y: class numbers, (N,) int64.

    Returns:
        (N,) bool, True for a test row.
    """
    test: Mask = np.zeros(len(y), dtype=np.bool_)
    for label in set(y.tolist()):
        rows = np.flatnonzero(y == label)
        test[rows] = every_fifth_row(rows)
    return test


# The words of the manifest for each rule.
RULES: dict[str, Callable[[NDArray[Any]], Mask]] = {
    "every fifth row": every_fifth_row,
    "every fifth row of each class": every_fifth_row_of_each_class,
}


def held_out(name: str, rule: str, y: NDArray[Any]) -> Mask:
    """Return which rows of a set are test rows, (N,) bool, by a rule of the manifest."""
    if rule not in RULES:
        raise DataError(name, f"has the unknown split {rule!r}", f"the rules are {', '.join(RULES)}")
    return RULES[rule](y)


MISSING = "NA"
Row = tuple[float | str | None, ...]
Files = Mapping[str, bytes]


# All rows of a set, or of one part of it: x (N, ...) float32 or a list of N strings, y (N,) int64 or float32.
Rows = tuple[Any, NDArray[Any]]


def images(entry: Entry, raw: Files) -> Rows:
    """Read `images...` and `labels...`, both IDX.

    Returns:
        x (N, 1, H, W) float32, divided by the manifest's scale; y (N,) int64.
    """
    pixels, labels = (_idx(raw, part) for part in ("images", "labels"))
    x = np.divide(pixels[:, None], entry.scale, dtype=np.float32)
    return x, labels.astype(np.int64)


def numbers(entry: Entry, raw: Files) -> Rows:
    """Read a table of numbers with a header, whose last column is the target.

    Returns:
        x (N, F) float32; y (N,) int64 where the set has classes, else (N,) float32.
    """
    (text,) = raw.values()
    values = _grid(text)
    target = np.int64 if entry.classes else np.float32
    return values[:, :-1].astype(np.float32), values[:, -1].astype(target)


def words(entry: Entry, raw: Files) -> Rows:
    """Read lines `word,class` under a header.

    Returns:
        x, a list of N strings; y (N,) int64.
    """
    (text,) = raw.values()
    pairs = [line.split(",") for line in text.decode("ascii").splitlines()[1:]]
    numbers = {name: number for number, name in enumerate(entry.classes)}
    return [word for word, _ in pairs], np.array([numbers[name] for _, name in pairs], dtype=np.int64)


def table(text: str) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Read a table with gaps: the names of its columns, and its rows; a number becomes a float and NA becomes None."""
    header, *lines = csv.reader(text.splitlines())
    return tuple(header), tuple(tuple(map(_value, line)) for line in lines)


READERS: dict[str, Callable[[Entry, Files], Rows]] = {"images": images, "numbers": numbers, "words": words}


def _idx(raw: Files, start: str) -> NDArray[Any]:
    """Return the bytes of an IDX file as an array: behind 4 bytes, the last the number of its sizes, come these."""
    (found,) = (content for name, content in raw.items() if name.startswith(start))
    shape = np.frombuffer(found, ">u4", found[3], offset=4).tolist()
    return np.frombuffer(found, np.uint8, offset=4 + 4 * len(shape)).reshape(shape)


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


def load(name: str) -> DataSet | Table | Text:
    """Return a data set, every file of which has been checked. Tensors are new with each call.

    Args:
        name: one that `grade data` shows.

    Returns:
        A DataSet; of "houses", which has gaps and no split, a Table; of "austen", a book, a Text. The set's README
        says what is in it.

    Raises:
        DataError: the set is unknown, or one of its files is missing or damaged. Nothing is ever downloaded.
    """
    entry = entry_of(name)
    raw = {file.name: read_checked(entry, file) for file in entry.files}
    if entry.kind == "table":
        return _table(entry, raw)
    if entry.kind == "text":
        return _text(entry, raw)
    x, y = READERS[entry.kind](entry, raw)
    is_test = held_out(name, entry.split, y)
    train, test = (_part(_take(x, mask), y[mask]) for mask in (~is_test, is_test))
    return DataSet(name, train, test, entry.features, entry.classes)


def _table(entry: Entry, raw: Files) -> Table:
    (content,) = raw.values()
    text = content.decode("ascii")
    return Table(entry.name, *table(text), text)


def _text(entry: Entry, raw: Files) -> Text:
    (content,) = raw.values()
    text = content.decode("ascii")
    return Text(entry.name, text[: entry.train], text[entry.train :])


def _take(x: Any, mask: np.ndarray[Any, Any]) -> Any:
    return [x[row] for row in np.flatnonzero(mask)] if isinstance(x, list) else x[mask]


def _part(x: Any, y: NDArray[Any]) -> Part:
    return Part(x if isinstance(x, list) else torch.from_numpy(x), torch.from_numpy(y))
