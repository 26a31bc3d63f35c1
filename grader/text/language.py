"""Which language is spoken, and where its texts lie."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from contextvars import ContextVar
from pathlib import Path

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
