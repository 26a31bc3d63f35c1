"""Which files of students lie in a folder already: what would come out the same is not made again."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from grader.classroom.gradebook.origin import origin_of
from grader.classroom.model import ClassResult, Standing
from grader.course.files import digest_of_files, files_under
from grader.course.locate import PACKAGE
from grader.text import chosen

# The parts of the grader that make what students get.
MADE_BY = ("render", "notebook", "intake", "classroom", "report", "text")
NAME = re.compile(r"[\w@-][\w.@-]*", re.ASCII)


class NotWritten(Exception):
    """A file or folder cannot be written, as on a full disk. Remedy: make room or write elsewhere, and run again."""


class Written:
    """The list of one folder: for each student a digest of all that the files depend on, and their sizes.

    A page that is not made again keeps the number of the run that made it. Who is not in this run stays listed: it may
    have been over a part of the class.
    """

    def __init__(self, folder: Path) -> None:
        """Read the list of `folder`; where there is none that can be read, everything is made anew."""
        # Beside the folder and not in it: that is for students.
        self.file = folder.parent / f".{folder.name}.json"
        self._folder, self._entries = folder, dict[str, Any]()
        with contextlib.suppress(OSError, ValueError):
            found = json.loads(self.file.read_text(encoding="utf-8"))
            self._entries = found if isinstance(found, dict) else {}

    def has(self, student: str, digest: str) -> bool:
        """Whether the files of a student are all there as they were written, made of the same."""
        known, sizes = self._entry(student)
        return known == digest and all(self._size(name) == size for name, size in sizes.items())

    def outdate(self, students: Iterable[str]) -> None:
        """Note that the files of students are about to be written, whatever they were made of."""
        for student in students:
            self._entries[student] = ["", self._entry(student)[1]]

    def add(self, student: str, digest: str, files: Mapping[str, bytes]) -> None:
        """Note what was written, and remove what was written before and does not come out any more."""
        _, before = self._entry(student)
        for name in before.keys() - files.keys():
            (self._folder / name).unlink(missing_ok=True)
        self._entries[student] = [digest, {name: len(data) for name, data in files.items()}]

    @property
    def text(self) -> bytes:
        """The list as it is to be written."""
        return json.dumps(self._entries, indent=0).encode()

    def _entry(self, student: str) -> tuple[str, dict[str, int]]:
        """Return the digest and the files of a student; nothing where the list does not say it as we write it."""
        match self._entries.get(student):
            case [str(digest), dict(sizes)] if sizes and all(map(_is_name, sizes)):
                return digest, sizes
        return "", {}

    def _size(self, name: str) -> int | None:
        with contextlib.suppress(OSError):
            return (self._folder / name).stat().st_size
        return None


def digests_of(result: ClassResult, hidden: Collection[str]) -> Callable[[Standing], str]:
    """Return what gives the sha256 of everything that a student's files show, but the run that they came from."""
    common = repr((result.title, result.zone, result.columns, sorted(hidden), chosen(), _makers()))

    def digest(standing: Standing) -> str:
        own = origin_of(standing) or repr(standing)
        return hashlib.sha256(f"{common} {own}".encode("utf-8", "surrogatepass")).hexdigest()

    return digest


def _is_name(name: str) -> bool:
    """Whether this is a name as we give them; such a file lies in the folder itself and nowhere else."""
    return bool(NAME.fullmatch(name))


@functools.cache
def _makers() -> str:
    """Return the sha256 of the code and the templates that make what students get."""
    return digest_of_files(
        (f"{part}/{name}", file) for part in MADE_BY for name, file in files_under(PACKAGE / part)
    )
