"""What can be wrong with a submission before a line of it is read, and how paths are shown."""

from __future__ import annotations

import os
from pathlib import Path


class IntakeError(Exception):
    """The paths given do not lead to one submission; the message says what to give instead."""


class NothingFound(IntakeError):
    """No topic file lies under the paths given; name a file such as losses.py or the folder that holds it."""


class TwoCandidates(IntakeError):
    """Two files could both be one topic; remove one, or give the file itself."""


def shown(path: Path | str) -> str:
    """Return a path as text that any terminal can print: no control characters, no lone surrogates."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in os.fspath(path))
