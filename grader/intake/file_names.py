"""Which topic the name of a file stands for, and how sure that is: the one rule for folders and for classes."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Collection
from enum import IntEnum
from typing import NamedTuple

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


def topic_of(name: str, topics: Collection[str], owners: Collection[str] = ()) -> Named | None:
    """Return the topic that a file's name stands for: `Losses (1).PY` is losses, and that is a guess.

    `owners` are words, in lower case, by which whoever handed it in is called: `losses_ada.py` is Ada's losses.
    """
    suffix = suffix_of(name)
    if not suffix or len(name) > LONGEST:
        return None
    stem = composed(name[: -len(suffix)])
    if stem in topics and name.endswith(suffix):
        return Named(stem, suffix, Sure.EXACT)
    folded = {topic.casefold(): topic for topic in topics}
    if found := folded.get(stem.casefold()):
        return Named(found, suffix, Sure.CASE)
    told = _pattern(tuple(folded)).fullmatch(stem.casefold())
    found = told["topic"] if told else _beside(stem.casefold(), folded, owners)
    return Named(folded[found], suffix, Sure.GUESS) if found else None


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
