"""Who has which structure, and which of it is rare: the pairs that are worth a look.

What the stub or the reference has, and what more than a few of the class have, is the natural way to write it and
counts for nothing. A pair is found by the rest, so that the work grows with the length of the code, not with the pairs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from grader.classroom.similar.structure import WINDOW, Structures

FEWEST, MOST = 3, 20  # holders up to which a structure is rare, in a small class and in a large one
SHARE_OF_CLASS = 0.05

Windows = Mapping[str, Structures]  # piece -> the structure at each of its tokens
Flags = NDArray[np.bool_]


def most_holders(students: int) -> int:
    """How many students may have a structure that still counts as rare."""
    return max(FEWEST, min(MOST, math.ceil(SHARE_OF_CLASS * students)))


@dataclass(frozen=True)
class Index:
    """The rare structures of a class."""

    windows: Mapping[str, Windows]  # student -> piece -> structures
    own: Mapping[str, Structures]  # student -> the rare ones, sorted, each once
    pairs: NDArray[np.int32]  # how many rare structures two students have in common, by their places in `own`

    def candidates(self, fewest: int, most: int) -> list[tuple[str, str]]:
        """The pairs that have at least so many rare structures in common, those with the largest share first."""
        names = list(self.own)
        left, right = np.nonzero(self.pairs >= fewest)
        sizes = np.array([len(own) for own in self.own.values()], np.int64)
        shares = self.pairs[left, right] / np.maximum(1, np.minimum(sizes[left], sizes[right]))
        order = np.argsort(-shares, kind="stable")[:most]
        return [(names[left[place]], names[right[place]]) for place in order]

    def common(self, left: str, right: str) -> Structures:
        """The rare structures of two students, sorted."""
        return np.intersect1d(self.own[left], self.own[right], assume_unique=True)

    def covered(self, student: str, rare: Structures) -> dict[str, Flags]:
        """For each piece of a student that has one of these structures, which of its tokens lie in one."""
        pieces = self.windows[student]
        if not pieces:
            return {}
        flags = np.split(_among(_all(pieces), rare), np.cumsum([len(each) for each in pieces.values()])[:-1])
        return {name: _spread(found) for name, found in zip(pieces, flags, strict=True) if found.any()}


def _among(structures: Structures, some: Structures) -> Flags:
    """Which of the structures are among some that are sorted."""
    if not len(some):
        return np.zeros(len(structures), np.bool_)
    places = np.minimum(np.searchsorted(some, structures), len(some) - 1)
    found: Flags = some[places] == structures
    return found


def _spread(starts: Flags) -> Flags:
    """The tokens of the windows that begin where a flag is set."""
    covered = np.zeros(len(starts) + WINDOW - 1, np.bool_)
    for start in np.flatnonzero(starts):
        covered[start : start + WINDOW] = True
    return covered


def index_of(windows: Mapping[str, Windows], natural: Structures) -> Index:
    """Build the index of a class; `natural` is what the stub and the reference have."""
    each = {student: np.setdiff1d(_all(pieces), natural) for student, pieces in windows.items()}
    if not each:
        return Index(windows, {}, np.zeros((0, 0), np.int32))
    found = np.concatenate(list(each.values()))
    who = np.repeat(np.arange(len(each)), [len(own) for own in each.values()])
    order = np.argsort(found, kind="stable")
    found, who = found[order], who[order]
    starts = np.flatnonzero(np.r_[True, found[1:] != found[:-1]]) if len(found) else np.empty(0, np.int64)
    holders = np.diff(np.r_[starts, len(found)])
    limit = most_holders(len(each))
    common = found[starts[holders > limit]]
    own = {student: np.setdiff1d(structures, common) for student, structures in each.items()}
    return Index(windows, own, _in_common(who, starts, holders, len(each), limit))


def _in_common(
    who: NDArray[np.int64], starts: NDArray[np.int64], holders: NDArray[np.int64], students: int, limit: int
) -> NDArray[np.int32]:
    """Count, for each pair, the structures that both and at most `limit` students have."""
    pairs = np.zeros((students, students), np.int32)
    for size in range(2, limit + 1):
        chosen = starts[holders == size]
        groups = who[chosen[:, None] + np.arange(size)]  # students of a structure, in rising order
        for left, right in combinations(range(size), 2):
            np.add.at(pairs, (groups[:, left], groups[:, right]), 1)
    return pairs


def _all(pieces: Windows) -> Structures:
    return np.concatenate([np.empty(0, np.uint64), *pieces.values()])
