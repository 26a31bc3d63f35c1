"""Files replaced whole; and plain values, as JSON and TOML have them, into dataclasses and back, checked by msgspec.

msgspec is imported where it is used: a command that reads nothing does not wait for it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from pathlib import Path
from typing import Any, TypeVar

UNFINISHED = ".*.part"  # what a file is called while it is written


def atomic_write(file: Path, data: bytes) -> None:
    """Put `data` into a file; who reads it meanwhile, or after an interruption, sees the old or the new content.

    Raises:
        OSError: it cannot be written; then nothing is changed.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with open(part, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if file.exists():
            shutil.copymode(file, part)
        os.replace(part, file)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


T = TypeVar("T")
MISSING = re.compile(r"Object missing required field `(.*?)`")
PLACE = re.compile(r"(.*) - at `\$\.?(.*)`", re.DOTALL)


class BadValues(ValueError):
    """Values do not fit; the message is one sentence that says what and where: `tasks[0].points: Expected ...`."""


def from_plain(values: object, kind: type[T]) -> T:
    """Return the dataclass, or whatever `kind` is, of plain values; names that it has not are passed over.

    Raises:
        BadValues: they do not fit.
    """
    from msgspec import ValidationError, convert

    try:
        return convert(values, kind)
    except ValidationError as problem:
        raise BadValues(_in_words(str(problem))) from None
    except RecursionError as problem:
        raise BadValues(f"nested too deep: {problem}") from None


def to_plain(thing: object) -> Any:
    """Return a dataclass as plain values, in the order of its fields; tuples stay tuples."""
    from msgspec import to_builtins

    return to_builtins(thing)


def _in_words(problem: str) -> str:
    """Return msgspec's sentence with the place in front, and a missing name as we say it."""
    found = PLACE.fullmatch(problem)
    said, place = (found[1], found[2]) if found else (problem, "")
    said = MISSING.sub(r"'\1' is missing", said)
    return f"{place}: {said}" if place else said
