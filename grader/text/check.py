"""What a translation lacks, has too much, or has of an English that is no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.text.translation import Translation, digest


@dataclass(frozen=True)
class Gaps:
    """The keys that a translator has to look at."""

    missing: tuple[str, ...]
    outdated: tuple[str, ...]
    unknown: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.outdated or self.unknown)


def gaps(english: Mapping[str, str], translation: Translation) -> Gaps:
    """Compare a translation with the English texts."""
    entries = translation.entries
    done = {key for key, entry in entries.items() if entry.text and key in english}
    return Gaps(
        missing=tuple(key for key in english if key not in done),
        outdated=tuple(key for key in english if key in done and entries[key].of != digest(english[key])),
        unknown=tuple(key for key in entries if key not in english),
    )
