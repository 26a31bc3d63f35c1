"""The structures of a piece of code: each window of some tokens as one number.

A chosen name counts by how far back in the window it stood before, so that two windows are alike whatever their names
are, as long as the same place means the same thing. The numbers are hashes of 64 bits: two windows that meet by chance
are rare, and would be one of the many that a pair needs.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from grader.classroom.similar.pieces import Piece
from grader.classroom.similar.tokens import CHOSEN

WINDOW = 16  # tokens; about two statements
Structures = NDArray[np.uint64]

# Odd numbers, one for each place in a window, and one more for the name of the task.
FACTORS = np.random.default_rng(2**31 - 1).integers(0, 2**63, WINDOW, dtype=np.uint64) * np.uint64(
    2
) + np.uint64(1)


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
