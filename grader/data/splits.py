"""How rows are divided into those to train on and those to test on: fixed rules, nothing random."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.data.errors import DataError

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
