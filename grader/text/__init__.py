"""The sentences of the pages, by name: `say(name)` gives one with its values, out of sentences.toml."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

NAME = re.compile(r"\{(\w+)\}")  # of a value in a sentence


@cache
def sentences() -> dict[str, str]:
    """Return the sentences of the pages, by name."""
    return tomllib.loads(Path(__file__).with_name("sentences.toml").read_text(encoding="utf-8"))


def say(name: str, /, **values: object) -> str:
    """Return a sentence of the pages by its name; values that are not given keep their place in braces.

    Raises:
        KeyError: the table of sentences has none of this name.
    """
    return NAME.sub(lambda hole: str(values.get(hole[1], hole[0])), sentences()[name])
