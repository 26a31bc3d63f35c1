"""Who has which structure of code, and who has it in common with whom.

A structure is a window of some tokens as one number. A chosen name counts by how far back in it the name stood before,
so that two windows are alike whatever their names are, as long as the same place means the same thing. The numbers are
hashes of 64 bits: two windows that meet by chance are rare, and would be one of the many that a pair needs.

For pairs, what the stub or the reference has, and what more than a few of the class have, is the natural way to write
it and counts for nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from grader.classroom.similar.pieces import CHOSEN, Piece

WINDOW = 16  # tokens; about two statements
Structures = NDArray[np.uint64]

# Odd numbers, one for each place in a window, and one more for the name of the task.
FACTORS = np.random.default_rng(2**31 - 1).integers(0, 2**63, WINDOW, dtype=np.uint64) * np.uint64(
    2
) + np.uint64(1)
FEWEST, MOST = 3, 20  # holders up to which a structure is rare, in a small class and in a large one
SHARE_OF_CLASS = 0.05
COLUMNS = 4096  # structures that are counted at a time
Windows = Mapping[str, Structures]  # piece -> the structure at each of its tokens
Flags = NDArray[np.bool_]


def structures(piece: Piece) -> Structures:
    """The structure that begins at each token; none where a piece is shorter than a window."""
    count = len(piece.tokens) - WINDOW + 1
    if count <= 0:
        return np.empty(0, np.uint64)
    codes, back = _coded(piece.tokens.texts)
    places = np.arange(count)[:, None] + np.arange(WINDOW)
    is_name = back[places] >= 0
    # A name that stood before the window's first token is new in this window.
    distances = np.where(back[places] <= np.arange(WINDOW), back[places], 0).astype(np.uint64)
    values = np.where(is_name, distances, codes[places])
    mixed: Structures = (values * FACTORS).sum(axis=1, dtype=np.uint64) + _code(piece.task)
    return mixed


def _coded(texts: tuple[str, ...]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """For each token its code, and for a chosen name how far back it stood before (-1 for any other token)."""
    last: dict[str, int] = {}
    codes = np.zeros(len(texts), np.uint64)
    back = np.full(len(texts), -1, np.int64)
    for place, text in enumerate(texts):
        if text.startswith(CHOSEN):
            back[place] = place - last[text] if text in last else WINDOW
            last[text] = place
        else:
            codes[place] = _code(text)
    return codes, back


@lru_cache(maxsize=100_000)
def _code(text: str) -> np.uint64:
    return np.uint64(
        int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
    )


def most_holders(students: int) -> int:
    """How many students may have a structure that still counts as rare."""
    return max(FEWEST, min(MOST, math.ceil(SHARE_OF_CLASS * students)))


@dataclass(frozen=True)
class StructureIndex:
    """The structures of a class that count."""

    windows: Mapping[str, Windows]  # student -> piece -> structures
    own: Mapping[str, Structures]  # student -> those that count, sorted, each once
    pairs: NDArray[np.int32]  # how many of them two students have in common, by their places in `own`
    _sizes: dict[str, int] = field(default_factory=dict)  # remembered

    def candidates(self, fewest: int, most: int) -> list[tuple[str, str]]:
        """The pairs that have at least so many structures in common, those with the largest share first."""
        names = list(self.own)
        left, right = np.nonzero(np.triu(self.pairs, 1) >= fewest)
        sizes = np.array([len(own) for own in self.own.values()], np.int64)
        shares = self.pairs[left, right] / np.maximum(1, np.minimum(sizes[left], sizes[right]))
        order = np.argsort(-shares, kind="stable")[:most]
        return [(names[left[place]], names[right[place]]) for place in order]

    def common(self, left: str, right: str) -> Structures:
        """The structures that two students have in common, sorted."""
        return np.intersect1d(self.own[left], self.own[right], assume_unique=True)

    def size(self, student: str) -> int:
        """How many tokens of a student lie in a structure that counts."""
        if student not in self._sizes:
            covered = self.covered(student, self.own[student])
            self._sizes[student] = sum(int(flags.sum()) for flags in covered.values())
        return self._sizes[student]

    def covered(self, student: str, rare: Structures) -> dict[str, Flags]:
        """For each piece of a student that has one of these structures, which of its tokens lie in one."""
        pieces = self.windows[student]
        if not pieces:
            return {}
        starts = np.isin(joined(pieces.values()), rare).astype(np.int64)
        flags = np.split(starts, np.cumsum([len(each) for each in pieces.values()])[:-1])
        window = np.ones(WINDOW, np.int64)  # the tokens of those that begin where a flag is set
        return {name: np.convolve(each, window) > 0 for name, each in zip(pieces, flags, strict=True) if each.any()}


def index_of(windows: Mapping[str, Windows], natural: Structures, most: int) -> StructureIndex:
    """Build the index of a class without what is natural, and without what more than `most` of it have."""
    each = {student: np.setdiff1d(joined(pieces.values()), natural) for student, pieces in windows.items()}
    found, holders = np.unique(joined(each.values()), return_counts=True)
    common = found[holders > most]
    own = {student: np.setdiff1d(structures, common) for student, structures in each.items()}
    return StructureIndex(windows, own, in_common(list(own.values())))


def in_common(sets: Sequence[Structures]) -> NDArray[np.int32]:
    """Count, for each two of some sets of structures (each of them once), how many both have."""
    found, holders = np.unique(joined(sets), return_counts=True)
    shared = found[holders > 1]
    columns = [np.searchsorted(shared, np.intersect1d(each, shared, assume_unique=True)) for each in sets]
    pairs = np.zeros((len(sets), len(sets)), np.int32)
    for start in range(0, len(shared), COLUMNS):
        has = np.zeros((len(sets), COLUMNS), np.float32)
        for row, places in zip(has, columns, strict=True):
            row[places[slice(*np.searchsorted(places, (start, start + COLUMNS)))] - start] = 1
        pairs += (has @ has.T).astype(np.int32)
    return pairs


def joined(parts: Iterable[Structures]) -> Structures:
    """Some sets of structures as one array, in their order."""
    return np.concatenate([np.empty(0, np.uint64), *parts])
