"""Every text that a learner reads has a key, and a translation is a file beside the English.

The English stays where it is written: topic.toml, the sentences of known mistakes, the docstrings of tests, the
labels of the pages, and two tables: sentences.toml of the pages and judge_sentences.toml of the judge.
`say(name)` gives it in the language that was chosen, and key by key in English where there is no translation, or only
one of an English that has changed since.

A report is data and stays English: `localised` recognises what the judge said. What no pattern of its table fits stays
as it is: numbers, code, messages of exceptions, and the words that the suite of a task has chosen itself.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from grader.text import keys

ENGLISH = "en"
VARIABLE = "TORCHGRADE_LANGUAGE"
NAME = re.compile(r"\{(\w+)\}")  # of a value in a sentence
STOPS = ".。"  # that a sentence ends with
CODE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?")
FOLDER = Path(__file__).parent
UI_FOLDER = FOLDER  # of the translations of all pages

_chosen: ContextVar[str] = ContextVar("language", default=ENGLISH)


class BadLanguage(ValueError):
    """What was given is no code of a language; write one such as de or pt-BR."""

    exit_code = 2


class BadTranslation(ValueError):
    """A file is no translation; the message names the file, the key and what is wrong."""

    exit_code = 3


def speak(language: str | None) -> str:
    """Choose the language of all texts from here on, the environment's if None; return its code.

    Raises:
        BadLanguage: it is no code.
    """
    code = language or os.environ.get(VARIABLE) or ENGLISH
    if not CODE.fullmatch(code):
        raise BadLanguage(f"{code!r} is no code of a language: write one such as de or pt-BR")
    _chosen.set(code)
    return code


def chosen() -> str:
    """Return the language that is spoken."""
    return _chosen.get()


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

    def of_english(self, english: str) -> str:
        """Return a text whose key is not at hand."""
        texts = (entry.text for entry in self.entries.values() if entry.text and entry.of == digest(english))
        return next(texts, english)


def digest(english: str) -> str:
    """Return what tells one English text from another, however its lines are broken."""
    return hashlib.sha256(" ".join(english.split()).encode()).hexdigest()[:8]


def ui_file(language: str) -> Path:
    """Return where the words of the pages are translated."""
    return UI_FOLDER / f"ui.{language}.toml"


def topic_file(exercises: Path, slug: str, language: str) -> Path:
    """Return where the texts of a topic are translated."""
    return exercises / slug / f"{slug}.{language}.toml"


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
    if not isinstance(value, dict) or set(value) != {"of", "text"}:
        raise BadTranslation(f'{file}: {key!r} must be a table ["{key}"] with of and text')
    if not all(isinstance(part, str) for part in value.values()):
        raise BadTranslation(f"{file}: of and text of {key!r} must be texts")
    return Entry(**value)


def ui_text(key: str, english: str, /, **values: object) -> str:
    """Return a text of the pages whose English is at hand; values that are not given keep their place in braces."""
    found = english
    if chosen() != ENGLISH:
        with suppress(BadTranslation):  # `grade text --check` names the fault; a page is shown all the same
            found = read(ui_file(chosen())).of(key, english)
    return NAME.sub(lambda name: str(values.get(name[1], name[0])), found)


@cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def labels() -> list[str]:
    """Return the English of the labels of the pages."""
    found: list[str] = _table("sentences.toml")["labels"]
    return found


def sentences() -> dict[str, str]:
    """Return the English of the sentences of the pages, by name."""
    found: dict[str, str] = _table("sentences.toml")["sentences"]
    return found


def patterns() -> dict[str, str]:
    """Return the English of what the judge says, by name."""
    return _table("judge_sentences.toml")


def say(name: str, /, **values: object) -> str:
    """Return a sentence of the pages by its name.

    Raises:
        KeyError: the table of sentences has none of this name.
    """
    return ui_text(keys.sentence(name), sentences()[name], **values)


def label(words: str) -> str:
    """Return a label of a page in the language that is spoken; the English is the label itself."""
    return ui_text(keys.label(words), words) if words else words


def count_of(number: int, words: str) -> str:
    """Return a number with what is counted, `2 tasks`; what only instructors count has no key, and is English."""
    return ui_text(keys.sentence(f"count.{words}"), "{n} " + words, n=number)


def verdict_words(value: str) -> str:
    """Return a verdict in words, `not attempted`, in the language that is spoken."""
    return ui_text(keys.verdict(value), value.replace("_", " "))


ANYTHING = ".+"
NUMBER = r"[-+\d.einfaj()]+|True|False|k"
FIELDS = {  # what a field can be; any text where nothing is said here
    "shape": r"\([\d, ]*\)",
    "index": r"\[[\d, ]+\]",
    "dtype": r"\w+",
    "class": r"\w+",
    "key": r"[\w.']+",
    "number": NUMBER,
    "off": NUMBER,
    "allowed": NUMBER,
    "n": r"\d+",
    "all": r"\d+",
    "line": r"\d+",
    "cell": r"cell \d+|In \[\d+\]",
    "place": r"line \d+|cell \d+, line \d+|In \[\d+\], line \d+",
    "sized": "tuple|list|dict|set",
    "plain": "int|float|bool|complex|string",
    "digits": r"equal to \d+ digits(?:, as if computed in float32)?",
    "error": r"\w+(?:: .*)?",
}
PHRASES = ("what", "place", "often", "digits", "cause", "besides")  # fields that are said anew themselves
DEEPEST = 3  # phrases within phrases


def localised(text: str, depth: int = 0) -> str:
    """Return what the judge said in the language that is spoken; as it is where nothing fits."""
    found = None if chosen() == ENGLISH or depth > DEEPEST else recognised(text)
    if found is None:
        return text
    name, values = found
    values |= {key: localised(values[key], depth + 1) for key in PHRASES if key in values}
    return ui_text(keys.judge_sentence(name), patterns()[name], **values)


def recognised(text: str) -> tuple[str, dict[str, str]] | None:
    """Return the name of the first pattern that the whole of a text fits, and what stands in its fields."""
    for name, pattern in _compiled().items():
        if match := pattern.fullmatch(text):
            return name, match.groupdict()
    return None


@cache
def _compiled() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(_regex(english), re.DOTALL) for name, english in patterns().items()}


def _regex(english: str) -> str:
    """Return the expression of a pattern; a name that stands twice means the same twice."""
    parts = NAME.split(english)  # text, name, text, name, text
    return "".join(
        f"(?P<{part}>{FIELDS.get(part, ANYTHING)})" if place % 2 else re.escape(part)
        for place, part in enumerate(parts)
    )
