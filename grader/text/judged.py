"""What the judge says, in another language: its finished English is recognised by its pattern and said anew.

A report is data and stays English. What no pattern of the table fits stays as it is: numbers, code, messages of
exceptions, and the words that the suite of a task has chosen itself.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache

from grader.text import keys
from grader.text.language import ENGLISH, NAME, chosen, ui_file
from grader.text.patterns import PATTERNS
from grader.text.translation import BadTranslation, read

ANYTHING = ".+"
NUMBER = r"[-+\d.einfaj()]+|True|False"
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
}  # fmt: skip
PHRASES = ("what", "place", "often", "digits")  # fields that are said anew themselves
DEEPEST = 3  # phrases within phrases


def judged(text: str, language: str | None = None, depth: int = 0) -> str:
    """Return what the judge said in a language, the one that is spoken if None; as it is where nothing fits."""
    code = language or chosen()
    found = None if code == ENGLISH or depth > DEEPEST else recognised(text)
    if found is None:
        return text
    name, values = found
    values = {
        key: judged(value, code, depth + 1) if key in PHRASES else value for key, value in values.items()
    }
    english = PATTERNS[name]
    with suppress(BadTranslation):  # as of any word of a page
        english = read(ui_file(code)).of(keys.judged(name), english)
    return NAME.sub(lambda hole: values.get(hole[1], hole[0]), english)


def recognised(text: str) -> tuple[str, dict[str, str]] | None:
    """Return the name of the first pattern that the whole of a text fits, and what stands in its fields."""
    for name, pattern in _compiled().items():
        if match := pattern.fullmatch(text):
            return name, match.groupdict()
    return None


@cache
def _compiled() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(_regex(english), re.DOTALL) for name, english in PATTERNS.items()}


def _regex(english: str) -> str:
    """Return the expression of a pattern; a name that stands twice means the same twice."""
    parts = NAME.split(english)  # text, name, text, name, text
    return "".join(_group(part) if place % 2 else re.escape(part) for place, part in enumerate(parts))


def _group(name: str) -> str:
    return f"(?P<{name}>{FIELDS.get(name, ANYTHING)})"
