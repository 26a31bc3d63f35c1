"""Who has which structure, and which of it is rare: the pairs that are worth a look.

Every window of some tokens, with its names numbered, is a structure. What the stub or the reference has, and what more
than a few of the class have, is the natural way to write it and counts for nothing. So a pair is found by the rest, and
nobody is compared with everybody: a thousand students are no more work than their code is long.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from grader.classroom.similar.pieces import Piece

WINDOW = 16  # tokens; about two statements
FEWEST, MOST = 3, 20  # holders up to which a structure is rare, in a small class and in a large one
SHARE_OF_CLASS = 0.05

Structure = int  # a window's hash, within one process
Pieces = Mapping[str, Piece]


def most_holders(students: int) -> int:
    """How many students may have a structure that still counts as rare."""
    return max(FEWEST, min(MOST, math.ceil(SHARE_OF_CLASS * students)))


def structures(piece: Piece) -> list[Structure]:
    """The structure that begins at each token; none where a piece is shorter than a window."""
    last = len(piece.tokens) - WINDOW
    return [hash((piece.task, piece.tokens.window(start, WINDOW))) for start in range(last + 1)]


@dataclass
class Index:
    """The rare structures of a class."""

    limit: int
    by_student: dict[str, dict[str, list[Structure]]] = field(
        default_factory=dict
    )  # student -> piece -> windows
    holders: dict[Structure, set[str]] = field(default_factory=dict)

    def add(self, student: str, pieces: Pieces, natural: set[Structure]) -> None:
        """Take in one student's pieces; `natural` is what the stub and the reference have."""
        own = {name: structures(piece) for name, piece in pieces.items()}
        self.by_student[student] = own
        for structure in {each for windows in own.values() for each in windows} - natural:
            self.holders.setdefault(structure, set()).add(student)

    def is_own(self, structure: Structure) -> bool:
        """Whether few enough have it, and it is not natural."""
        return 0 < len(self.holders.get(structure, ())) <= self.limit

    def candidates(self, fewest: int) -> Iterable[tuple[str, str]]:
        """The pairs that have at least so many rare structures in common."""
        common: Counter[tuple[str, str]] = Counter()
        for students in self.holders.values():
            if 1 < len(students) <= self.limit:
                common.update(combinations(sorted(students), 2))
        return (pair for pair, count in common.items() if count >= fewest)

    def own_tokens(self, student: str) -> int:
        """How many tokens of a student lie in structure that few have."""
        return sum(len(self.covered(student, name, None)) for name in self.by_student[student])

    def covered(self, student: str, piece: str, other: str | None) -> set[int]:
        """The places of a piece that lie in rare structure, and which `other` has too if one is named."""
        places: set[int] = set()
        for start, structure in enumerate(self.by_student[student].get(piece, ())):
            if self.is_own(structure) and (other is None or other in self.holders[structure]):
                places.update(range(start, start + WINDOW))
        return places
