"""Files replaced whole; zip files; plain values, as JSON and TOML have them, into dataclasses and back, by msgspec.

msgspec and zipfile are imported where they are used: a command that needs neither does not wait for them.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Collection, Mapping
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


DATE = (1980, 1, 1, 0, 0, 0)  # the same content is the same file
SCRIPT, FILE = 0o100755, 0o100644


def zipped(content: Mapping[str, bytes], scripts: Collection[str] = ()) -> bytes:
    """Return a zip file of some files, the same for the same content; `scripts` of them may be run."""
    import io
    import zipfile

    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in content.items():
            entry = zipfile.ZipInfo(name, DATE)
            entry.create_system = 3  # Unix, whose permission bits these are
            entry.external_attr = (SCRIPT if name in scripts else FILE) << 16
            archive.writestr(entry, part, zipfile.ZIP_DEFLATED, 6)
    return data.getvalue()


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
