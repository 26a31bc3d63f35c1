"""What a page that is pasted into a question must not tell: who somebody is, and where their files lie."""

from __future__ import annotations

import re
from getpass import getuser
from pathlib import Path

HOMES = re.compile(r"(?:/home/|/Users/|[A-Za-z]:\\Users\\)[^/\\\s,;:]+|/root(?=[/\s,;:]|$)")


def masked(text: str) -> str:
    """Return a text with `~` for every home folder and `<user>` for the name of whoever is logged in."""
    home = str(Path.home())
    if len(home) > 1:  # of some users of services it is "/"
        text = re.sub(rf"{re.escape(home)}(?=[/\\\s,;:]|$)", "~", text)
    text = HOMES.sub("~", text)
    name = _login()
    return re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", "<user>", text) if len(name) > 1 else text


def _login() -> str:
    try:
        return getuser()
    except (ImportError, KeyError, OSError):  # the system does not say
        return ""
