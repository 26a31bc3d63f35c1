"""Which of several files is a topic's: the surest name, and never a stub into which nothing was written."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from grader.intake.attempted import is_as_given
from grader.intake.bindings import Definition, bindings_of
from grader.intake.errors import shown
from grader.intake.file_names import Named, Sure
from grader.intake.source import Content, Source, parse_source, read_source

MOST_OPENED = 20  # files for one topic; of more the names alone decide
Stub = Callable[[str], str]  # the text of a topic's stub


@dataclass(frozen=True)
class Candidate:
    """A file that may be a topic's."""

    named: Named
    where: str  # for a person
    read: Callable[[], bytes | None]  # its bytes; None where it cannot be read
    why: str = ""  # why it can not be graded, a sentence

    @cached_property
    def content(self) -> tuple[str, bytes] | None:
        """What tells whether two hold the same, so that it does not matter which one is graded."""
        data = self.read()
        return None if data is None else (self.named.suffix, hashlib.sha256(data).digest())

    def is_untouched(self, stub: str) -> bool:
        """Whether it is the exercise as it was given out."""
        data = self.read()
        return data is not None and is_stub_of(Content(f"stub{self.named.suffix}", data), stub)


@dataclass(frozen=True)
class Choice:
    """The file of a topic, or the rivals between which nothing decides."""

    rivals: tuple[Candidate, ...]  # the one that counts, if there is one
    notes: tuple[str, ...] = ()


def choose(candidates: Sequence[Candidate], stub: Stub | None = None) -> Choice:
    """Return which of the files for one topic counts.

    Args:
        candidates: one at the least.
        stub: gives the topic's stub; without it every file counts as work.
    """
    few = 1 < len(candidates) <= MOST_OPENED
    left = list(_each_once(candidates)) if few else list(candidates)
    if few and len(left) > 1 and stub is not None:
        text = stub(left[0].named.topic)
        left = [each for each in left if not each.is_untouched(text)] or left[:1]
    surest = min(each.named.sure for each in left)
    rivals = tuple(each for each in left if each.named.sure == surest)
    notes = [_read_as(rivals[0])] if len(rivals) == 1 and surest is not Sure.EXACT else []
    notes += [
        f"{each.where} is left out, for {rivals[0].where} has the name of the topic"
        for each in left
        if each not in rivals and not each.why
    ]
    return Choice(rivals, tuple(notes))


def is_stub_of(file: Content, stub: str) -> bool:
    """Tell whether nothing has been written into a module or a notebook that was made from a stub."""
    given = parse_source(stub.encode(), "the stub")
    if not isinstance(given, Source):
        return False
    definitions = [node for node in given.tree.body if isinstance(node, Definition)]
    theirs = read_source(file, [node.name for node in definitions])
    if not isinstance(theirs, Source) or (theirs.notebook and theirs.notebook.broken):
        return False
    try:
        return _nothing_written(theirs.tree, definitions)
    except RecursionError:
        return False


def _nothing_written(tree: ast.Module, given: Iterable[Definition]) -> bool:
    bindings = bindings_of(tree)
    pairs = [(bindings.last(node.name), node) for node in given]
    there = [(theirs, node) for theirs, node in pairs if theirs is not None]
    return bool(there) and all(
        isinstance(theirs, Definition) and is_as_given(theirs, node) for theirs, node in there
    )


def _each_once(candidates: Iterable[Candidate]) -> Iterable[Candidate]:
    """Return the candidates, the surest first, and each content once."""
    kept: list[Candidate] = []
    for each in sorted(candidates, key=lambda each: each.named.sure):
        if each.content is None or all(each.content != other.content for other in kept):
            kept.append(each)
    return kept


def _read_as(candidate: Candidate) -> str:
    return f"{shown(candidate.where)} is read as {candidate.named.topic}{candidate.named.suffix}"
