"""A translation: texts by key, each with a digest of the English that it was made from."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

FIELDS = {"of", "text"}


class BadTranslation(ValueError):
    """A file is no translation; the message names the file, the key and what is wrong."""


@dataclass(frozen=True)
class Entry:
    """One translated text; empty as long as nobody has translated it."""

    text: str
    of: str


@dataclass(frozen=True)
class Translation:
    """The translated texts of one file."""

    entries: Mapping[str, Entry] = field(default_factory=dict)

    def of(self, key: str, english: str) -> str:
        """Return a text; the English where it is missing, or made from another English."""
        entry = self.entries.get(key)
        return entry.text if entry and entry.text and entry.of == digest(english) else english


def digest(english: str) -> str:
    """Return what tells one English text from another, however its lines are broken."""
    return hashlib.sha256(" ".join(english.split()).encode()).hexdigest()[:8]


def read(file: Path) -> Translation:
    """Return the translation in a file; an empty one where there is none.

    Raises:
        BadTranslation: the file is none.
    """
    try:
        stamp = file.stat().st_mtime_ns
    except OSError:
        return Translation()
    return _read(file, stamp)


@lru_cache(maxsize=64)
def _read(file: Path, stamp: int) -> Translation:
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as problem:
        raise BadTranslation(f"{file}: cannot be read as TOML: {problem}") from problem
    return Translation({key: _entry(file, key, value) for key, value in values.items()})


def _entry(file: Path, key: str, value: object) -> Entry:
    if not isinstance(value, dict) or set(value) != FIELDS:
        raise BadTranslation(f'{file}: {key!r} must be a table ["{key}"] with of and text')
    if not all(isinstance(part, str) for part in value.values()):
        raise BadTranslation(f"{file}: of and text of {key!r} must be texts")
    return Entry(value["text"], value["of"])
