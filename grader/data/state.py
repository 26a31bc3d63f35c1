"""Whether the data sets on disk are what the manifest says, file by file, and nothing besides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from grader.data.checksum import read_checked
from grader.data.errors import DataError
from grader.data.manifest import MANIFEST, DataFile, Entry, read_manifest
from grader.data.place import shipped_folder

CARD = "README.md"


def is_absent(entry: Entry) -> bool:
    """Whether a set that the learner may add has not been added."""
    return not entry.shipped and not entry.folder.exists()


def faults(entry: Entry) -> list[DataError]:
    """Return what is wrong with the files of one set; of a set that was never added, nothing."""
    return [] if is_absent(entry) else [fault for file in entry.files if (fault := _fault(entry, file))]


def unlisted() -> Iterator[DataError]:
    """Yield an error for each file among the shipped sets that no line of the manifest allows."""
    folder, allowed = shipped_folder(), set(_allowed(read_manifest().values()))
    for file in sorted(folder.rglob("*")):
        inside = file.relative_to(folder)
        passing = any(part.startswith(".") or part == "__pycache__" for part in inside.parts)
        if file.is_file() and not passing and inside.as_posix() not in allowed:
            yield DataError(file, f"is not listed in {MANIFEST}", "remove it, or list it there")


def _allowed(entries: Iterable[Entry]) -> Iterator[str]:
    yield from (MANIFEST, CARD)
    for entry in entries:
        files = (file.name for file in entry.files) if entry.shipped else ()
        yield from (f"{entry.name}/{name}" for name in (CARD, *entry.made_by, *files))


def _fault(entry: Entry, file: DataFile) -> DataError | None:
    try:
        read_checked(entry, file)
    except DataError as fault:
        return fault
    return None
