"""Pairs of submissions that share structure which few others of the class have.

The pieces that two students share are laid side by side by rapidfuzz, whose C++ finds the longest common subsequence of
two lists of tokens in well under a millisecond; the standard library's difflib takes a hundred times as long for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

import numpy as np
from rapidfuzz.distance import Indel, LCSseq

from grader.classroom.similar.index import Flags, Index, index_of, most_holders
from grader.classroom.similar.model import Findings, Pair, Passage, Side
from grader.classroom.similar.pieces import Piece, given_names, pieces_of
from grader.classroom.similar.structure import WINDOW, Structures, structures
from grader.classroom.similar.tokens import CHOSEN, numbered
from grader.course import Course

FEWEST_TOKENS = 48  # of rare structure in common; three windows
LEAST_SHARE = 0.15  # of what the one with less has of its own
MOST_PAIRS = 100
LOOKED_AT = 20  # candidates for each pair to show, the most promising ones
SHORTEST_RUN = 6  # tokens in a row that make a line shared

Submissions = Mapping[str, Mapping[str, bytes]]  # student -> topic -> file
Pieces = dict[str, Piece]


def find_similar(course: Course, submissions: Submissions, most: int = MOST_PAIRS) -> Findings:
    """Compare every submission with every other.

    Args:
        course: whose stubs and references are common to all.
        submissions: the files, by student and topic.
        most: pairs to show.
    """
    natural, given = _natural(course, {topic for files in submissions.values() for topic in files})
    notes: list[str] = []
    pieces = {
        student: dict(_pieces(course, student, files, given, notes.append))
        for student, files in sorted(submissions.items())
    }
    windows = {
        student: {name: structures(piece) for name, piece in found.items()}
        for student, found in pieces.items()
    }
    index = index_of(windows, natural)
    found = sorted(
        _pairs(index, pieces, LOOKED_AT * most),
        key=lambda pair: (-pair.tokens * pair.share, pair.left, pair.right),
    )
    return Findings(
        len(submissions),
        most_holders(len(submissions)),
        tuple(found[:most]),
        max(0, len(found) - most),
        tuple(notes),
    )


def _natural(course: Course, slugs: Collection[str]) -> tuple[Structures, dict[str, frozenset[str]]]:
    """The structures that everybody is given or led to, and the names that the stubs define."""
    natural: list[Structures] = [np.empty(0, np.uint64)]
    given: dict[str, frozenset[str]] = {}
    for topic in (course.topic(slug) for slug in sorted(slugs)):
        stub = course.stub_file(topic.slug).read_bytes()
        given[topic.slug] = given_names(stub)
        for data in (stub, course.solution_file(topic.slug).read_bytes()):
            for piece in pieces_of(topic, data, given[topic.slug]).values():
                natural.append(structures(piece))
    return np.unique(np.concatenate(natural)), given


def _pieces(
    course: Course, student: str, files: Mapping[str, bytes], given: Mapping[str, frozenset[str]],
    note: Callable[[str], None],
) -> Iterator[tuple[str, Piece]]:  # fmt: skip
    for slug, data in files.items():
        try:
            yield from pieces_of(course.topic(slug), data, given[slug]).items()
        except (SyntaxError, RecursionError) as problem:
            note(f"{slug} of {student} is left out: it is not Python ({str(problem)[:100]})")


def _pairs(index: Index, pieces: Mapping[str, Pieces], most: int) -> Iterator[Pair]:
    own = {student: _size(index.covered(student, structures)) for student, structures in index.own.items()}
    for left, right in index.candidates(FEWEST_TOKENS - WINDOW + 1, most):
        pair = _pair(index, pieces, left, right, min(own[left], own[right]))
        if pair.tokens >= FEWEST_TOKENS and pair.share >= LEAST_SHARE:
            yield pair


def _size(covered: Mapping[str, Flags]) -> int:
    return sum(int(flags.sum()) for flags in covered.values())


def _pair(index: Index, pieces: Mapping[str, Pieces], left: str, right: str, own: int) -> Pair:
    rare = index.common(left, right)
    ours, theirs = index.covered(left, rare), index.covered(right, rare)
    sizes = {name: int(min(ours[name].sum(), theirs[name].sum())) for name in ours if name in theirs}
    tokens = sum(sizes.values())
    share = min(1.0, tokens / own) if own else 0.0
    if tokens < FEWEST_TOKENS or share < LEAST_SHARE:
        return Pair(left, right, tokens, share, ())
    passages = [
        _passage(left, right, pieces[left][name], pieces[right][name], size) for name, size in sizes.items()
    ]
    passages.sort(key=lambda passage: (-passage.tokens, passage.task))
    return Pair(left, right, tokens, share, tuple(passages))


def _passage(left: str, right: str, ours: Piece, theirs: Piece, tokens: int) -> Passage:
    """Lay two pieces side by side."""
    plain = [[_plain(text) for text in piece.tokens.texts] for piece in (ours, theirs)]
    lines: tuple[set[int], set[int]] = (set(), set())
    for code in LCSseq.opcodes(*plain):
        if code.tag == "equal" and code.src_end - code.src_start >= SHORTEST_RUN:
            lines[0].update(ours.tokens.lines[code.src_start : code.src_end])
            lines[1].update(theirs.tokens.lines[code.dest_start : code.dest_end])
    alike = Indel.normalized_similarity(numbered(ours.tokens.texts), numbered(theirs.tokens.texts))
    return Passage(ours.task, tokens, alike, _side(left, ours, lines[0]), _side(right, theirs, lines[1]))


def _plain(text: str) -> str:
    return CHOSEN if text.startswith(CHOSEN) else text


def _side(student: str, piece: Piece, shared: set[int]) -> Side:
    """The lines that have a token, and those beside them: closing brackets, but no docstring."""
    there = set(piece.tokens.lines)
    shown = sorted({line + step for line in there for step in (0, 1)} & set(range(1, len(piece.source) + 1)))
    code = tuple(
        (line, piece.source[line - 1]) for line in shown if line in there or _closes(piece.source[line - 1])
    )
    return Side(student, code, frozenset(shared))


def _closes(line: str) -> bool:
    return bool(line.strip()) and not line.strip().strip(")]},:")
