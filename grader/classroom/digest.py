"""One digest over many files: their names and their bytes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

Named = tuple[str, str]  # a name that does not depend on where the file lies, and where it lies


def files_under(
    folder: Path, suffixes: tuple[str, ...] = ("",), without: Collection[str] = ()
) -> Iterator[Named]:
    """Yield the files with one of these endings, by their paths from `folder`; hidden and compiled ones are left out.

    `without` names entries of `folder` itself that are left out too. A link to a folder is not followed.
    """
    top = os.fspath(folder)
    for current, folders, names in os.walk(top):
        left_out = without if current == top else ()
        folders[:] = [name for name in folders if _counts(name) and name not in left_out]
        prefix = current[len(top) + 1 :].replace(os.sep, "/")
        for name in names:
            if _counts(name) and name.endswith(suffixes) and name not in left_out:
                yield f"{prefix}/{name}" if prefix else name, os.path.join(current, name)


def digest_of(files: Iterable[Named]) -> str:
    """Return the sha256 over names and bytes, with their lengths so that no byte can move between them."""
    total = hashlib.sha256()
    for name, file in sorted(files):
        with open(file, "rb", buffering=0) as stream:
            for part in (name.encode("utf-8", "surrogateescape"), stream.read()):
                total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()


def _counts(name: str) -> bool:
    return name != "__pycache__" and not name.startswith(".")
