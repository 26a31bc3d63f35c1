"""Similar submissions: pairs that share structure which few others have, and those nearly equal.

A structure that many have is most often the natural way to write it, and counts for no pair. So hand-ins that are
nearly equal, to one another or to the reference, are told apart from that, by long definitions alone: a short answer is
the same for honest students.

The pieces that two students share are laid side by side by rapidfuzz, whose C++ finds the longest common subsequence of
two lists of tokens in well under a millisecond; the standard library's difflib takes a hundred times as long for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Indel, LCSseq

from grader.classroom.similar.index import (
    WINDOW,
    StructureIndex,
    Structures,
    index_of,
    joined,
    most_holders,
    structures,
)
from grader.classroom.similar.pieces import CHOSEN, Piece, given_names, numbered, pieces_of
from grader.course import Course

FEWEST_TOKENS = 48  # of rare structure in common; three windows
LEAST_SHARE = 0.15  # of what the one with less has of its own
MOST_PAIRS = 100
LOOKED_AT = 20  # candidates for each pair to show, the most promising ones
LONG = 48  # tokens of a definition, about six statements: shorter ones are alike without having been copied
FEWEST_EQUAL = 96  # tokens of long definitions that equal hand-ins have in common
NEARLY_EQUAL = 0.8  # of what the one with less has in them, the stub's left out
FEWEST_OF_GROUP = 3  # two are a pair
REFERENCE = "the reference solution"
DIGITS = 4  # of shares
SHORTEST_RUN = 6  # tokens in a row that make a line shared
Submissions = Mapping[str, Mapping[str, bytes]]  # student -> topic -> file
Pieces = dict[str, Piece]


@dataclass(frozen=True)
class Line:
    """One line of a student's file, under its number."""

    line: int
    text: str


@dataclass(frozen=True)
class Side:
    """One student's code of a passage: its lines without docstrings, and which of them are shared."""

    student: str
    code: tuple[Line, ...]
    shared_lines: tuple[int, ...]  # sorted


@dataclass(frozen=True)
class Passage:
    """One task of a pair, side by side."""

    task: str
    tokens: int  # of rare structure that both have
    alike: float  # of the two whole definitions, names aside: 1 is the same structure
    sides: tuple[Side, Side]


@dataclass(frozen=True)
class Pair:
    """Two students whose code shares structure that few others have."""

    students: tuple[str, str]
    tokens: int  # of rare structure that both have, in all tasks
    share: float  # of what the one with less has of its own
    places: tuple[Passage, ...]  # the largest first


@dataclass(frozen=True)
class Findings:
    """A comparison of a class; the JSON has these names."""

    students: int
    most_holders: int  # structure that more students have is common, and counts for nothing
    left_out: int  # further pairs, smaller than those
    notes: tuple[str, ...]
    pairs: tuple[Pair, ...]  # the largest first
    equal: tuple[tuple[str, ...], ...]  # three students and more, or REFERENCE with any: they are (nearly) the same


def find_similar(course: Course, submissions: Submissions, most: int = MOST_PAIRS) -> Findings:
    """Compare every submission with every other.

    Args:
        course: whose stubs and references are common to all.
        submissions: the files, by student and topic.
        most: pairs to show.
    """
    notes: list[str] = []
    stubs, references, given = _natural(course, {topic for files in submissions.values() for topic in files})
    pieces = {
        student: dict(_pieces(course, student, files, given, notes.append))
        for student, files in sorted(submissions.items())
    }
    limit = most_holders(len(submissions))
    natural = joined([*_windows(stubs).values(), *_windows(references).values()])
    index = index_of({student: _windows(found) for student, found in pieces.items()}, natural, limit)
    found = sorted(
        _pairs(index, pieces, LOOKED_AT * most),
        key=lambda pair: (-pair.tokens * pair.share, *pair.students),
    )
    left_out, shown = max(0, len(found) - most), tuple(found[:most])
    return Findings(len(submissions), limit, left_out, tuple(notes), shown, _equal_ones(pieces, stubs, references))


def _natural(course: Course, slugs: Collection[str]) -> tuple[Pieces, Pieces, dict[str, frozenset[str]]]:
    """What everybody is given, what everybody is led to, and the names that the stubs define."""
    stubs, references, given = Pieces(), Pieces(), dict[str, frozenset[str]]()
    for topic in (course.topic(slug) for slug in sorted(slugs)):
        stub = course.stub_file(topic.slug).read_bytes()
        given[topic.slug] = given_names(stub)
        stubs |= pieces_of(topic, stub, given[topic.slug])
        references |= pieces_of(topic, course.solution_file(topic.slug).read_bytes(), given[topic.slug])
    return stubs, references, given


def _equal_ones(pieces: Mapping[str, Pieces], stubs: Pieces, references: Pieces) -> tuple[tuple[str, ...], ...]:
    """Everybody with those who share nearly all of their long definitions, each such group once, the largest first."""
    windows = {who: _windows(each) for who, each in {**pieces, REFERENCE: references}.items()}
    long = {
        who: {name: each for name, each in found.items() if len(each) > LONG - WINDOW}
        for who, found in windows.items()
    }
    index = index_of(long, joined(_windows(stubs).values()), len(windows))
    sizes = np.array([len(own) for own in index.own.values()])
    linked = index.pairs >= np.maximum(FEWEST_EQUAL - WINDOW + 1, NEARLY_EQUAL * np.minimum.outer(sizes, sizes))
    groups = {tuple(name for name, is_one in zip(windows, row, strict=True) if is_one) for row in linked}
    equal = [each for each in groups if len(each) >= (2 if REFERENCE in each else FEWEST_OF_GROUP)]
    return tuple(sorted(equal, key=lambda each: (-len(each), each)))


def _windows(pieces: Pieces) -> dict[str, Structures]:
    return {name: structures(piece) for name, piece in pieces.items()}


def _pieces(
    course: Course, student: str, files: Mapping[str, bytes], given: Mapping[str, frozenset[str]],
    note: Callable[[str], None],
) -> Iterator[tuple[str, Piece]]:  # fmt: skip
    for slug, data in files.items():
        try:
            yield from pieces_of(course.topic(slug), data, given[slug]).items()
        except (SyntaxError, RecursionError) as problem:
            note(f"{slug} of {student} is left out: it is not Python ({str(problem)[:100]})")


def _pairs(index: StructureIndex, pieces: Mapping[str, Pieces], most: int) -> Iterator[Pair]:
    for left, right in index.candidates(FEWEST_TOKENS - WINDOW + 1, most):
        pair = _pair(index, pieces, left, right)
        if pair.tokens >= FEWEST_TOKENS and pair.share >= LEAST_SHARE:
            yield pair


def _pair(index: StructureIndex, pieces: Mapping[str, Pieces], left: str, right: str) -> Pair:
    common = index.common(left, right)
    one, other = index.covered(left, common), index.covered(right, common)
    sizes = {name: int(min(one[name].sum(), other[name].sum())) for name in one if name in other}
    tokens = sum(sizes.values())
    own = min(index.size(left), index.size(right))
    share = min(1.0, tokens / own) if own else 0.0
    if tokens < FEWEST_TOKENS or share < LEAST_SHARE:
        return Pair((left, right), tokens, share, ())
    ours, theirs = pieces[left], pieces[right]
    passages = [_passage(left, right, ours[name], theirs[name], size) for name, size in sizes.items()]
    passages.sort(key=lambda passage: (-passage.tokens, passage.task))
    return Pair((left, right), tokens, round(share, DIGITS), tuple(passages))


def _passage(left: str, right: str, ours: Piece, theirs: Piece, tokens: int) -> Passage:
    """Lay two pieces side by side."""
    plain = [[_plain(text) for text in piece.tokens.texts] for piece in (ours, theirs)]
    lines: tuple[set[int], set[int]] = (set(), set())
    for code in LCSseq.opcodes(*plain):
        if code.tag == "equal" and code.src_end - code.src_start >= SHORTEST_RUN:
            lines[0].update(ours.tokens.lines[code.src_start : code.src_end])
            lines[1].update(theirs.tokens.lines[code.dest_start : code.dest_end])
    alike = Indel.normalized_similarity(numbered(ours.tokens.texts), numbered(theirs.tokens.texts))
    sides = _side(left, ours, lines[0]), _side(right, theirs, lines[1])
    return Passage(ours.task, tokens, round(alike, DIGITS), sides)


def _plain(text: str) -> str:
    return CHOSEN if text.startswith(CHOSEN) else text


def _side(student: str, piece: Piece, shared: set[int]) -> Side:
    """The lines that have a token, and those beside them: closing brackets, but no docstring."""
    there = set(piece.tokens.lines)
    shown = sorted({line + step for line in there for step in (0, 1)} & set(range(1, len(piece.source) + 1)))
    code = tuple(
        Line(line, piece.source[line - 1]) for line in shown if line in there or _closes(piece.source[line - 1])
    )
    return Side(student, code, tuple(sorted(shared)))


def _closes(line: str) -> bool:
    return bool(line.strip()) and not line.strip().strip(")]},:")
