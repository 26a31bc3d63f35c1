"""Languages, the keys of texts, the files of translations, and what such a file lacks."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from grader.text.escape import one_line

LABEL, VERDICT, SENTENCE, JUDGED = "ui.label.", "ui.verdict.", "ui.sentence.", "ui.judged."


def topic_title(slug: str) -> str:
    """`topic.losses.title`."""
    return f"topic.{slug}.title"


def title(task_id: str) -> str:
    """`task.losses.softmax.title`."""
    return f"task.{task_id}.title"


def hint(task_id: str, number: int) -> str:
    """`task.losses.softmax.hint.1`."""
    return f"task.{task_id}.hint.{number}"


def differs(task_id: str) -> str:
    """`task.losses.softmax.differs`."""
    return f"task.{task_id}.differs"


def mistake(task_id: str, variant: str) -> str:
    """`task.losses.softmax.mistake.softmax_over_batch`."""
    return f"task.{task_id}.mistake.{variant}"


def advice(task_id: str, variant: str) -> str:
    """`task.losses.softmax.mistake.softmax_over_batch.hint`."""
    return f"{mistake(task_id, variant)}.hint"


def check(task_id: str, test: str) -> str:
    """`task.losses.softmax.check.test_softmax_sums_to_one`, whatever the test's parameters."""
    return f"task.{task_id}.check.{test.partition('[')[0]}"


def label(words: str) -> str:
    """`ui.label.builds_on` of "Builds on"."""
    return LABEL + re.sub(r"\W+", "_", words.lower()).strip("_")


def verdict(value: str) -> str:
    """`ui.verdict.not_attempted`."""
    return VERDICT + value


def sentence(name: str) -> str:
    """`ui.sentence.report.fault`."""
    return SENTENCE + name


def judge_sentence(name: str) -> str:
    """`ui.judged.shape`."""
    return JUDGED + name


def task_of(key: str) -> str | None:
    """Return the task that a text is about, `losses.softmax`; None for a text of no task."""
    parts = key.split(".")
    return f"{parts[1]}.{parts[2]}" if parts[0] == "task" and len(parts) > 3 else None


ENGLISH = "en"
VARIABLE = "TORCHGRADE_LANGUAGE"
NAME = re.compile(r"\{(\w+)\}")  # of a value in a sentence
STOPS = ".。"  # that a sentence ends with
CODE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?")
UI_FOLDER = Path(__file__).parent

_chosen: ContextVar[str] = ContextVar("language", default=ENGLISH)


class BadLanguage(ValueError):
    """What was given is no code of a language; write one such as de or pt-BR."""


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


def ui_file(language: str) -> Path:
    """Return where the words of the pages are translated."""
    return UI_FOLDER / f"ui.{language}.toml"


def topic_file(exercises: Path, slug: str, language: str) -> Path:
    """Return where the texts of a topic are translated."""
    return exercises / slug / f"{slug}.{language}.toml"


def languages(exercises: Path, slugs: Iterable[str]) -> frozenset[str]:
    """Return the languages that anything is translated into, English among them."""
    files = [*UI_FOLDER.glob("ui.*.toml")]
    for slug in slugs:
        files += (exercises / slug).glob(f"{slug}.*.toml")
    return frozenset({ENGLISH, *(file.name.split(".")[1] for file in files)})


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


HEAD = """\
# Texts of {name}{into}. The English is in the comments: write the translation into `text`.
# An empty text is shown in English. `of` names the English that was translated: leave it as it is.
"""
OUTDATED = '# The English has changed since: renew the text, then write of = "{digest}".\n'


def catalogue_text(
    name: str, english: Mapping[str, str], done: Translation, language: str | None = None
) -> str:
    """Return the TOML of a catalogue; translations of texts that are no more are left out."""
    head = HEAD.format(name=name, into=f" in the language {language}" if language else "")
    return head + "".join(_catalogue_entry(key, text, done.entries.get(key)) for key, text in english.items())


def _catalogue_entry(key: str, english: str, entry: Entry | None) -> str:
    of, text = digest(english), ""
    note = ""
    if entry is not None and entry.text:
        note = "" if entry.of == of else OUTDATED.format(digest=of)
        of, text = entry.of, entry.text
    comment = f"# {one_line(english)}\n"
    return f"\n[{_quoted(key)}]\n{comment}{note}of = {_quoted(of)}\ntext = {_quoted(text)}\n"


def _quoted(text: str) -> str:
    """Return a text as TOML writes it; what JSON leaves as it is and TOML does not is spelled out."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
