"""A digest over files by names that do not depend on where they lie, and that of the course's content."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

ANY = ("",)
Named = tuple[str, str]  # a name that does not depend on where the file lies, and where it lies


def files_under(folder: Path, suffixes: tuple[str, ...] = ANY) -> Iterator[Named]:
    """Yield the files with one of these endings, by their paths from `folder`; hidden and compiled ones are left out.

    A link to a folder is not followed.
    """
    top = os.fspath(folder)
    for current, folders, names in os.walk(top):
        folders[:] = [name for name in folders if _counts(name)]
        prefix = current[len(top) + 1 :].replace(os.sep, "/")
        for name in names:
            file = os.path.join(current, name)
            if _counts(name) and name.endswith(suffixes) and os.path.isfile(file):
                yield f"{prefix}/{name}" if prefix else name, file


def contents_under(folder: Path) -> dict[str, bytes]:
    """Return the bytes of the same files by their paths, in the order of these."""
    return {name: Path(file).read_bytes() for name, file in sorted(files_under(folder))}


def digest_of_files(files: Iterable[Named]) -> str:
    """Return the sha256 over names and bytes."""
    total = hashlib.sha256()
    add_files(total, files)
    return total.hexdigest()


def add_files(total: hashlib._Hash, files: Iterable[Named]) -> None:
    """Add names and bytes, with their lengths so that no byte can move between them, in the order of the names."""
    for name, file in sorted(files):
        with open(file, "rb", buffering=0) as stream:
            for part in (name.encode("utf-8", "surrogateescape"), stream.read()):
                total.update(len(part).to_bytes(8, "big") + part)


def _counts(name: str) -> bool:
    return name != "__pycache__" and not name.startswith(".") and not name.endswith(".pyc")


TEXT = (".md", ".toml")
SOURCE = (*TEXT, ".py")


def digest_of(exercises: Path, solutions: Path, suites: Path, datasets: Path) -> str:
    """Return the sha256 over sorted relative paths and bytes.

    The stubs are left out: learners edit them in place, and they follow from the solutions.
    """
    total = hashlib.sha256()
    parts = {
        "exercises": (exercises, TEXT),
        "solutions": (solutions, SOURCE),
        "suites": (suites, SOURCE),
        "datasets": (datasets, ANY),
    }
    for label, (folder, suffixes) in parts.items():
        files = files_under(folder, suffixes)
        add_files(total, ((f"{label}/{name}", file) for name, file in files))
    return total.hexdigest()
