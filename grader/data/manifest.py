"""datasets/manifest.toml: what each data set is, where it lies, and whether its files are as published."""

from __future__ import annotations

import functools
import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.course.suggestions import did_you_mean
from grader.course.topics import PACKAGE
from grader.storage import from_plain


class DataError(Exception):
    """A data set cannot be used as it lies on disk; do what the message says. Never a learner's fault."""

    exit_code = 3

    def __init__(self, place: object, fault: str, remedy: str) -> None:
        """Put the three facts into one sentence."""
        super().__init__(f"{place} {fault}: {remedy}")
        self.place, self.fault, self.remedy = str(place), fault, remedy


def shipped_folder() -> Path:
    """Return the folder `datasets` of the installed course, or else of the checkout."""
    wheel = PACKAGE / "_course"
    return (wheel if wheel.is_dir() else PACKAGE.parent) / "datasets"


MANIFEST = "manifest.toml"
REPAIR = "install torchgrade again, or restore the folder datasets from its repository"


@dataclass(frozen=True)
class DataFile:
    """One file of a data set, as it must be."""

    name: str  # below the set's own folder
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Entry:
    """One data set, as the manifest describes it."""

    name: str
    title: str
    kind: str  # which reader parses it
    files: tuple[DataFile, ...]
    licence: str
    source: str
    rows: int
    train: int
    test: int
    split: str
    shapes: Mapping[str, str]
    features: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    made_by: tuple[str, ...] = ()  # the script that writes the files anew, and what it reads
    scale: float = 1.0  # what the stored numbers are divided by

    @property
    def folder(self) -> Path:
        """Where the files of the set lie."""
        return shipped_folder() / self.name


def read_manifest() -> dict[str, Entry]:
    """Read every entry of the course's manifest.

    Raises:
        DataError: the manifest is missing or is not one.
    """
    file = shipped_folder() / MANIFEST
    try:
        return dict(_parse(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise DataError(file, f"cannot be read ({error.strerror})", REPAIR) from error
    except (ValueError, TypeError) as error:
        raise DataError(file, f"is no manifest of data sets ({error})", REPAIR) from error


def entry_of(name: str) -> Entry:
    """Return the entry of one data set.

    Raises:
        DataError: there is no such set, or no manifest.
    """
    entries = read_manifest()
    if name not in entries:
        remedy = did_you_mean(name, entries, f"there are {', '.join(entries)}")
        raise DataError(repr(name), "is no data set", remedy)
    return entries[name]


@functools.lru_cache(maxsize=2)
def _parse(text: str) -> Mapping[str, Entry]:
    """Parse a manifest, once for each content."""
    return {name: from_plain({"name": name, **table}, Entry) for name, table in tomllib.loads(text).items()}


def read_checked(entry: Entry, file: DataFile) -> bytes:
    """Return the bytes of one file of a set.

    Raises:
        DataError: the file is missing, of another size, or of another content.
    """
    path = entry.folder / file.name
    try:
        with path.open("rb") as stream:
            raw = stream.read(file.bytes + 1)
            size = path.stat().st_size
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        fault = "is missing" if missing else f"cannot be read ({error.strerror})"
        raise DataError(path, fault, REPAIR) from error
    if size != file.bytes:
        raise DataError(path, f"has {size} bytes, expected {file.bytes}", REPAIR)
    got = hashlib.sha256(raw).hexdigest()
    if got != file.sha256:
        raise DataError(path, f"is damaged: its SHA-256 is {got}, expected {file.sha256}", REPAIR)
    return raw


CARD = "README.md"


def faults(entry: Entry) -> list[DataError]:
    """Return what is wrong with the files of one set."""
    return [fault for file in entry.files if (fault := _fault(entry, file))]


def unlisted() -> Iterator[DataError]:
    """Yield an error for each file among the sets that no line of the manifest allows."""
    folder, allowed = shipped_folder(), set(_allowed(read_manifest().values()))
    for file in sorted(folder.rglob("*")):
        inside = file.relative_to(folder)
        passing = any(part.startswith(".") or part == "__pycache__" for part in inside.parts)
        if file.is_file() and not passing and inside.as_posix() not in allowed:
            yield DataError(file, f"is not listed in {MANIFEST}", "remove it, or list it there")


def _allowed(entries: Iterable[Entry]) -> Iterator[str]:
    yield from (MANIFEST, CARD)
    for entry in entries:
        yield from (f"{entry.name}/{name}" for name in (CARD, *entry.made_by, *(file.name for file in entry.files)))


def _fault(entry: Entry, file: DataFile) -> DataError | None:
    try:
        read_checked(entry, file)
    except DataError as fault:
        return fault
    return None
