"""Pairs of submissions that share structure which few others of the class have.

The pieces that two students share are laid side by side by rapidfuzz, whose C++ finds the longest common subsequence of
two lists of tokens in well under a millisecond; the standard library's difflib takes a hundred times as long for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from rapidfuzz.distance import Indel, LCSseq

from grader.classroom.similar.index import WINDOW, Index, Structure, most_holders, structures
from grader.classroom.similar.model import Findings, Pair, Passage, Side
from grader.classroom.similar.pieces import Piece, given_names, pieces_of
from grader.classroom.similar.tokens import CHOSEN, numbered
from grader.course import Course

FEWEST_TOKENS = 48  # of rare structure in common; three windows
LEAST_SHARE = 0.15  # of what the one with less has of its own
MOST_PAIRS = 100
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
    natural, given = _natural(course)
    notes: list[str] = []
    index = Index(most_holders(len(submissions)))
    pieces: dict[str, Pieces] = {}
    for student, files in sorted(submissions.items()):
        pieces[student] = dict(_pieces(course, student, files, given, notes.append))
        index.add(student, pieces[student], natural)
    found = sorted(_pairs(index, pieces), key=lambda pair: (-pair.tokens * pair.share, pair.left, pair.right))
    return Findings(
        len(submissions), index.limit, tuple(found[:most]), max(0, len(found) - most), tuple(notes)
    )


def _natural(course: Course) -> tuple[set[Structure], dict[str, frozenset[str]]]:
    """The structures that everybody is given or led to, and the names that the stubs define."""
    natural: set[Structure] = set()
    given: dict[str, frozenset[str]] = {}
    for topic in course.topics:
        stub = course.stub_file(topic.slug).read_bytes()
        given[topic.slug] = given_names(stub)
        for data in (stub, course.solution_file(topic.slug).read_bytes()):
            for piece in pieces_of(topic, data, given[topic.slug]).values():
                natural.update(structures(piece))
    return natural, given


def _pieces(
    course: Course, student: str, files: Mapping[str, bytes], given: Mapping[str, frozenset[str]],
    note: Callable[[str], None],
) -> Iterator[tuple[str, Piece]]:  # fmt: skip
    for slug, data in files.items():
        try:
            yield from pieces_of(course.topic(slug), data, given[slug]).items()
        except (SyntaxError, RecursionError) as problem:
            note(f"{slug} of {student} is left out: it is not Python ({str(problem)[:100]})")


def _pairs(index: Index, pieces: Mapping[str, Pieces]) -> Iterator[Pair]:
    own: dict[str, int] = {}
    for left, right in index.candidates(FEWEST_TOKENS - WINDOW + 1):
        for student in (left, right):
            if student not in own:
                own[student] = index.own_tokens(student)
        pair = _pair(index, pieces, left, right, min(own[left], own[right]))
        if pair.tokens >= FEWEST_TOKENS and pair.share >= LEAST_SHARE:
            yield pair


def _pair(index: Index, pieces: Mapping[str, Pieces], left: str, right: str, own: int) -> Pair:
    passages = []
    for name in pieces[left].keys() & pieces[right].keys():
        ours, theirs = index.covered(left, name, right), index.covered(right, name, left)
        if ours and theirs:
            size = min(len(ours), len(theirs))
            passages.append(_passage(left, right, pieces[left][name], pieces[right][name], size))
    passages.sort(key=lambda passage: (-passage.tokens, passage.task))
    tokens = sum(passage.tokens for passage in passages)
    return Pair(left, right, tokens, min(1.0, tokens / own) if own else 0.0, tuple(passages))


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
    first, last = piece.span
    return Side(student, first, piece.source[first - 1 : last], frozenset(shared))
