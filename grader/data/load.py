"""Loading a data set: read, checked, parsed and split, in a few milliseconds."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from grader.data.checksum import read_checked
from grader.data.manifest import Entry, entry_of
from grader.data.model import DataSet, Part, Table
from grader.data.readers import READERS, Files, Rows, images, table
from grader.data.splits import held_out


def load(name: str) -> DataSet | Table:
    """Return a data set, every file of which has been checked. Tensors are new with each call.

    Args:
        name: one that `grade data list` shows.

    Returns:
        A DataSet; of "houses", which has gaps and no split, a Table. The set's README says what is in it.

    Raises:
        DataError: the set is unknown, or one of its files is missing or damaged. Nothing is ever downloaded.
    """
    entry = entry_of(name)
    raw = {file.name: read_checked(entry, file) for file in entry.files}
    if entry.kind == "table":
        return _table(entry, raw)
    if entry.kind == "two files of images":
        train, test = (images(entry, raw, stem) for stem in ("train-", "t10k-"))
        return DataSet(name, _part(train), _part(test), entry.features, entry.classes)
    return _split(entry, READERS[entry.kind](entry, raw))


def _table(entry: Entry, raw: Files) -> Table:
    (content,) = raw.values()
    text = content.decode("ascii")
    return Table(entry.name, *table(text), text)


def _split(entry: Entry, rows: Rows) -> DataSet:
    test = held_out(entry.name, entry.split, rows.y)
    train, held = (_part(Rows(_take(rows.x, mask), rows.y[mask])) for mask in (~test, test))
    return DataSet(entry.name, train, held, entry.features, entry.classes)


def _take(x: Any, mask: np.ndarray[Any, Any]) -> Any:
    return [x[row] for row in np.flatnonzero(mask)] if isinstance(x, list) else x[mask]


def _part(rows: Rows) -> Part:
    x = rows.x if isinstance(rows.x, list) else torch.from_numpy(rows.x)
    return Part(x, torch.from_numpy(rows.y))
