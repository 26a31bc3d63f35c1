"""Which file is a topic's file: what its name says, and of several the one that is surest; for folders and classes."""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

from grader.course.suggestions import suggestions
from grader.intake.bindings import Definition, bindings_of
from grader.intake.python_text import shown
from grader.intake.source import Content, Source, parse_source, read_source
from grader.intake.task_check import is_as_given

SUFFIXES = (".py", ".ipynb")  # a module, or a notebook that is read as one
LONGEST = 200  # characters of a name that is looked at; no topic's copy has more

# What systems add to the name of a copy, in the languages in which they do so.
COPY = "copy|kopie|copie|copia|cópia|kopia|kopi|копия|副本|コピー"
# What people add to the name of the file that they mean to hand in.
MEANT = (
    "final|finished|done|completed?|solved|solutions?|submission|submitted|fixed|new|updated|abgabe|lösung|loesung|"
    r"v(?:ersion)?[-_ ]?\d{1,3}"
)
SHEET = "hw|homework|assignment|exercises?|ex|lab|week|pset|ps|sheet|blatt|übung|uebung|aufgabe|tp"
APART = r"(?: ?[-–—] ?|[-_ ]+)"
# Each part is taken whole and never in another way, so that no name takes long to look at.
AFTER = rf"(?>[-_ ]\d{{1,3}}|[ ]?\(\d{{1,3}}\)|{APART}(?:{COPY}|{MEANT})\d{{0,3}}|[ ]?的副本|[ ]?のコピー)+"
BEFORE = (
    rf"(?>(?:{COPY})[ ](?:\(\d{{1,3}}\)[ ])?(?:of|von|van|de|di|av|af)[ ]"
    rf"|(?:(?:{SHEET})[-_ ]?\d{{0,3}}|{MEANT}|my){APART})+"
)
ENDING = re.compile(rf"{AFTER}$", re.IGNORECASE)


class Sure(IntEnum):
    """How sure it is that a file is a topic's; of several the surest counts."""

    EXACT = 0  # losses.py
    CASE = 1  # Losses.PY
    GUESS = 2  # Copy of losses.ipynb, hw1_losses.py, or a notebook that says so itself


class Named(NamedTuple):
    """What a file's name says."""

    topic: str
    suffix: str  # ".py" or ".ipynb"
    sure: Sure


def composed(text: str) -> str:
    """Return the text with accents in one form, however the system that named it stores them."""
    return unicodedata.normalize("NFC", text)


def suffix_of(name: str) -> str:
    """Return `.py` or `.ipynb`, however it is written; nothing for a file of another kind."""
    return next((suffix for suffix in SUFFIXES if name.casefold().endswith(suffix)), "")


def topic_of(
    name: str, topics: Collection[str], owners: Collection[str] = (), says: Callable[[], str] = str
) -> Named | None:
    """Return the topic that a file stands for: `Losses (1).PY` is losses, and that is a guess.

    Args:
        name: of the file.
        topics: the slugs.
        owners: words, in lower case, by which whoever handed it in is called: `losses_ada.py` is Ada's losses.
        says: gives the topic for which a notebook says that it was written; asked where its name tells none.
    """
    if not (suffix := suffix_of(name)):
        return None
    stem, folded = composed(name[: -len(suffix)]), {topic.casefold(): topic for topic in topics}
    if stem in topics and name.endswith(suffix):
        return Named(stem, suffix, Sure.EXACT)
    if found := folded.get(stem.casefold()):
        return Named(found, suffix, Sure.CASE)
    if len(name) <= LONGEST:
        told = _pattern(tuple(folded)).fullmatch(stem.casefold())
        found = folded.get(told["topic"] if told else _beside(stem.casefold(), folded, owners))
    if not found and suffix == ".ipynb" and (said := says()) in topics:
        found = said
    return Named(found, suffix, Sure.GUESS) if found else None


def words_of(*names: str) -> frozenset[str]:
    """Return the words of somebody's names, ids and addresses, as they may stand in the name of a file."""
    return frozenset(
        word for name in names for word in re.split(r"[\W_]+", composed(name).casefold()) if word
    )


def without_ending(stem: str) -> tuple[str, str]:
    """Return a name without what stands for a copy or a last version at its end, and that."""
    plain = ENDING.sub("", stem)
    return plain, stem[len(plain) :]


def _beside(stem: str, topics: Collection[str], owners: Collection[str]) -> str:
    """Return the one topic beside which a name holds nothing but its owner's words; nothing where there is none."""
    plain, found = without_ending(stem)[0], []
    for topic in topics if owners else ():
        before, there, after = plain.partition(topic)
        words = words_of(before, after)
        if there and words and words <= set(owners) and not (before[-1:].isalnum() or after[:1].isalnum()):
            found.append(topic)
    return found[0] if len(found) == 1 else ""


@functools.lru_cache(maxsize=8)
def _pattern(topics: tuple[str, ...]) -> re.Pattern[str]:
    every = "|".join(re.escape(topic) for topic in topics)
    return re.compile(rf"(?:{BEFORE})?(?P<topic>{every})(?:{AFTER})?")


MOST_NOTES = 20
MOST_RIVALS = 20  # files for one topic; of more the names alone decide
Stub = Callable[[str], str]  # the text of a topic's stub


@dataclass(frozen=True)
class Candidate:
    """A file that may be a topic's."""

    named: Named
    where: str  # for a person
    read: Callable[[], bytes | None]  # its bytes; None where it cannot be read
    why: str = ""  # why it can not be graded, a sentence

    @functools.cached_property
    def content(self) -> tuple[str, bytes] | None:
        """What tells whether two hold the same, so that it does not matter which one is graded."""
        data = self.read()
        return None if data is None else (self.named.suffix, hashlib.sha256(data).digest())

    def is_untouched(self, stub: str) -> bool:
        """Whether nothing has been written into it since it was made from a stub."""
        given, data = parse_source(stub.encode(), "the stub"), self.read()
        if not isinstance(given, Source) or data is None:
            return False
        definitions = [node for node in given.tree.body if isinstance(node, Definition)]
        theirs = read_source(Content(f"stub{self.named.suffix}", data), [node.name for node in definitions])
        if not isinstance(theirs, Source) or (theirs.notebook and theirs.notebook.broken):
            return False
        pairs = [(bindings_of(theirs.tree).last(node.name), node) for node in definitions]
        there = [isinstance(found, Definition) and is_as_given(found, node) for found, node in pairs if found]
        return bool(there) and all(there)


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
    few = 1 < len(candidates) <= MOST_RIVALS
    left = list(_each_once(candidates)) if few else list(candidates)
    if few and len(left) > 1 and stub is not None:
        text = stub(left[0].named.topic)
        left = [each for each in left if not each.is_untouched(text)] or left[:1]
    surest = min(each.named.sure for each in left)
    rivals = tuple(each for each in left if each.named.sure == surest)
    first, notes = rivals[0], list[str]()
    if len(rivals) == 1 and surest is not Sure.EXACT:
        notes.append(f"{shown(first.where)} is read as {first.named.topic}{first.named.suffix}")
    notes += [
        f"{each.where} is left out, for {first.where} has the name of the topic"
        for each in left
        if each not in rivals and not each.why
    ]
    return Choice(rivals, tuple(notes))


def _each_once(candidates: Iterable[Candidate]) -> Iterable[Candidate]:
    """Return the candidates, the surest first, and each content once."""
    kept: list[Candidate] = []
    for each in sorted(candidates, key=lambda each: each.named.sure):
        if each.content is None or all(each.content != other.content for other in kept):
            kept.append(each)
    return kept


def near_misses(names: Iterable[str], topics: Collection[str]) -> list[str]:
    """Say which names of files are close to those of topics."""
    near = {name: suggestions(Path(name).stem, topics, cutoff=0.7) for name in sorted(set(names))}
    return [
        f"{shown(name)} is not the file of a topic (rename it to {found[0]}{Path(name).suffix.lower()}?)"
        for name, found in near.items()
        if found
    ]


def at_most(notes: Iterable[str], what: str) -> tuple[str, ...]:
    """Return notes once each, and not too many: how many more there are is `what` becomes of them."""
    kept = tuple(dict.fromkeys(notes))
    if len(kept) <= MOST_NOTES:
        return kept
    return (*kept[:MOST_NOTES], f"{len(kept) - MOST_NOTES} more {what}")
