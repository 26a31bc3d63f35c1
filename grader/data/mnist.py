"""MNIST: taken from the four files that a learner has, checked, and stored where `load("mnist")` finds it."""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
import zlib
from pathlib import Path

from grader.data.idx import IdxError, parse_idx
from grader.data.manifest import DataError, DataFile, Entry, check

UNLIKE = "this is not the file that was published: get it again"


def add_mnist(entry: Entry, source: Path, home: Path) -> Path:
    """Check the files of `entry` in `source` and store them, decompressed, below `home`.

    Nothing is written before all of them are found right, and each appears under its name only when it is whole.

    Args:
        entry: what the manifest says of the files.
        source: a folder with the files, each as it is or with `.gz`; it is only read.
        home: the data folder; a set that is there already is replaced.

    Returns:
        The folder that now holds the files.

    Raises:
        DataError: a file is missing, is no IDX file, is not the published one, or cannot be written.
    """
    found = {file.name: _published(source, file) for file in entry.files}
    target = home / entry.name
    try:
        target.mkdir(parents=True, exist_ok=True)
        _store(found, target, home)
    except OSError as error:
        remedy = "make room, or name another folder with --to"
        raise DataError(error.filename or target, f"cannot be written ({error.strerror})", remedy) from error
    return target


def _published(source: Path, file: DataFile) -> bytes:
    path = _find(source, file.name)
    raw = _decompressed(path, file.bytes)
    try:
        parse_idx(raw)
    except IdxError as error:
        raise DataError(path, str(error), UNLIKE) from error
    check(path, raw, file, UNLIKE)
    return raw


def _find(source: Path, name: str) -> Path:
    """Find a file under the names that are in use: train-images-idx3-ubyte or train-images.idx3-ubyte, or with .gz."""
    names = [spelled + ending for spelled in (name, name.replace("-idx", ".idx")) for ending in ("", ".gz")]
    for candidate in names:
        if (source / candidate).is_file():
            return source / candidate
    raise DataError(source / name, "is missing", f"put it there, or a file {names[1]}, and call again")


def _decompressed(path: Path, most: int) -> bytes:
    """Read a file, and no more of it than one byte above its published size."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            raw = stream.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(path, f"cannot be read ({error})", UNLIKE) from error
    if len(raw) > most:
        raise DataError(path, f"has more than the {most} bytes that were published", UNLIKE)
    return raw


def _store(found: dict[str, bytes], target: Path, home: Path) -> None:
    part = Path(tempfile.mkdtemp(prefix=".part-", dir=home))
    try:
        for name, raw in found.items():
            (part / name).write_bytes(raw)
        for name in found:
            os.replace(part / name, target / name)
    finally:
        shutil.rmtree(part, ignore_errors=True)
