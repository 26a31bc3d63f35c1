"""datasets/manifest.toml: what each data set is, and the checksum of each of its files."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from grader.data.errors import DataError
from grader.data.place import home_folder, shipped_folder

MANIFEST = "manifest.toml"
LISTS = ("features", "classes", "made_by")
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
    shipped: bool  # if not, the learner adds it with `grade data`
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
        """Where the files of the set lie, or have to."""
        return (shipped_folder() if self.shipped else home_folder()) / self.name


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
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError(file, f"is no manifest of data sets ({error})", REPAIR) from error


def entry_of(name: str) -> Entry:
    """Return the entry of one data set.

    Raises:
        DataError: there is no such set, or no manifest.
    """
    entries = read_manifest()
    if name not in entries:
        near = get_close_matches(name, entries, n=1)
        remedy = f"did you mean {near[0]}?" if near else f"there are {', '.join(entries)}"
        raise DataError(repr(name), "is no data set", remedy)
    return entries[name]


@functools.lru_cache(maxsize=2)
def _parse(text: str) -> Mapping[str, Entry]:
    """Parse a manifest, once for each content."""
    return {name: _entry(name, table) for name, table in tomllib.loads(text).items()}


def _entry(name: str, table: dict[str, Any]) -> Entry:
    files = tuple(DataFile(**file) for file in table.pop("files"))
    lists = {key: tuple(table.pop(key)) for key in LISTS if key in table}
    return Entry(**{"name": name, "files": files, **lists, **table})
