"""Files as the manifest has them, or an error that says how they differ."""

from __future__ import annotations

import hashlib
from pathlib import Path

from grader.data.errors import DataError
from grader.data.manifest import REPAIR, DataFile, Entry

ADD = "`grade data mnist --from FOLDER` stores it; it is never downloaded"


def read_checked(entry: Entry, file: DataFile) -> bytes:
    """Return the bytes of one file of a set.

    Raises:
        DataError: the file is missing, of another size, or of another content.
    """
    path, remedy = entry.folder / file.name, REPAIR if entry.shipped else ADD
    try:
        with path.open("rb") as stream:
            raw = stream.read(file.bytes + 1)
            size = path.stat().st_size
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        raise DataError(
            path, "is missing" if missing else f"cannot be read ({error.strerror})", remedy
        ) from error
    if size != file.bytes:
        raise DataError(path, f"has {size} bytes, expected {file.bytes}", remedy)
    check(path, raw, file, remedy)
    return raw


def check(path: Path, raw: bytes, file: DataFile, remedy: str) -> None:
    """Raise DataError unless the SHA-256 of `raw` is that of the manifest."""
    got = hashlib.sha256(raw).hexdigest()
    if got != file.sha256:
        raise DataError(path, f"is damaged: its SHA-256 is {got}, expected {file.sha256}", remedy)
