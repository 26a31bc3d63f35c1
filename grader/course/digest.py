"""One number for the course's content: the same in a checkout and in an installed wheel."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

TEXT = frozenset({".md", ".toml"})
SOURCE = TEXT | {".py"}
TRANSLATION = re.compile(r"(\w+)/\1\.[^/]+\.toml")  # a grading does not depend on the language


def digest_of(exercises: Path, solutions: Path, suites: Path, datasets: Path) -> str:
    """Return the sha256 over sorted relative paths and bytes.

    The stubs are left out: learners edit them in place, and they follow from the solutions.
    """
    total = hashlib.sha256()
    parts = {"exercises": (exercises, TEXT), "solutions": (solutions, SOURCE), "suites": (suites, SOURCE)}
    for label, (folder, suffixes) in parts.items():
        _add(total, label, folder, suffixes)
    _add(total, "datasets", datasets, None)
    return total.hexdigest()


def _add(total: hashlib._Hash, label: str, folder: Path, suffixes: frozenset[str] | None) -> None:
    for name, file in sorted(_files(folder, suffixes)):
        for part in (f"{label}/{name}".encode("utf-8", "surrogateescape"), file.read_bytes()):
            total.update(len(part).to_bytes(8, "big") + part)


def _files(folder: Path, suffixes: frozenset[str] | None) -> Iterator[tuple[str, Path]]:
    for file in folder.rglob("*"):
        inside = file.relative_to(folder)
        if (
            any(part == "__pycache__" or part.startswith(".") for part in inside.parts)
            or file.suffix == ".pyc"
        ):
            continue
        name = inside.as_posix()
        wanted = suffixes is None or file.suffix in suffixes
        if wanted and file.is_file() and not TRANSLATION.fullmatch(name):
            yield name, file
