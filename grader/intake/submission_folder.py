"""The folder of a submission: its files, within bounds and never outside of it, and how their paths are shown."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
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


SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages", "__MACOSX"})
MOST_ENTRIES = 100_000
LONGEST = 160


@dataclass
class FolderFiles:
    """The regular files under a folder, sorted; `notes` fills with what was passed over on the way."""

    folder: Path
    notes: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Path]:
        """Yield files, and links to files that stay inside the folder."""
        waiting, seen, base = [self.folder], 0, self.folder.resolve()
        while waiting:
            entries = self._entries(waiting.pop())
            seen += len(entries)
            if seen > MOST_ENTRIES:
                raise IntakeError(
                    f"{shown(self.folder)} holds more than {MOST_ENTRIES} entries: "
                    "give the folder of the submission itself"
                )
            waiting += [Path(entry.path) for entry in reversed(entries) if _is_searched(entry)]
            yield from (Path(entry.path) for entry in entries if self._is_inside(entry, base))

    def inside(self, path: Path) -> str:
        """Show a path relative to the folder, cut in the middle when it is very long."""
        text = shown(path.relative_to(self.folder))
        return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}...{text[-LONGEST // 2 :]}"

    def _entries(self, folder: Path) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if folder == self.folder:
                raise IntakeError(
                    f"{shown(folder)} cannot be read ({error.strerror}): check its rights"
                ) from error
            self.notes.append(f"{self.inside(folder)} cannot be read ({error.strerror}): it is left out")
            return []

    def _is_inside(self, entry: os.DirEntry[str], base: Path) -> bool:
        try:
            if not entry.is_symlink():
                return entry.is_file()
            target = Path(entry.path).resolve()
            inside = target.is_relative_to(base) and target.is_file()
        except (OSError, RuntimeError):  # a link to itself
            inside = False
        if not inside and entry.name.endswith(".py"):
            self.notes.append(f"{self.inside(Path(entry.path))} is a link to no file in here: it is left out")
        return inside


def _is_searched(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith(".") or entry.name in SKIPPED:
        return False
    try:
        return entry.is_dir(follow_symlinks=False) and not os.path.lexists(
            os.path.join(entry.path, "pyvenv.cfg")
        )
    except OSError:
        return False
