"""What a comparison found: frozen data for those who show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Side:
    """One student's code of a passage: its lines without docstrings, and which of them are shared."""

    student: str
    code: tuple[tuple[int, str], ...]  # line number and text
    shared: frozenset[int]  # line numbers


@dataclass(frozen=True)
class Passage:
    """One task of a pair, side by side."""

    task: str
    tokens: int  # of rare structure that both have
    alike: float  # of the two whole definitions, names aside: 1 is the same structure
    left: Side
    right: Side


@dataclass(frozen=True)
class Pair:
    """Two students whose code shares structure that few others have."""

    left: str
    right: str
    tokens: int  # of rare structure that both have, in all tasks
    share: float  # of what the one with less has of its own
    passages: tuple[Passage, ...]  # the largest first


@dataclass(frozen=True)
class Group:
    """Three or more students whose hand-ins are equal or nearly so, names aside, however many they are."""

    students: tuple[str, ...]
    example: Pair  # the first two of them


@dataclass(frozen=True)
class Findings:
    """A comparison of a class."""

    students: int
    most_holders: int  # structure that more students have is common, and counts for nothing
    pairs: tuple[Pair, ...]  # the largest first
    left_out: int = 0  # further pairs, smaller than those
    notes: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()  # the largest first
    of_reference: tuple[
        Pair, ...
    ] = ()  # on the right the reference solution, which is (nearly) what was handed in
