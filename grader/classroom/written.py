"""Which feedback lies in the folder already: what would come out the same is not made again."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from grader.classroom.model import ClassResult, Standing
from grader.course.locate import PACKAGE

LIST = ".feedback.json"  # beside the folder and not in it: that is for students
MADE_BY = ("render", "notebook", "intake", "classroom", "text")  # the parts of the grader that make feedback


class Written:
    """The list of one folder: for each student's page a digest of all it depends on, and the files made with it.

    A page that is not made again keeps the number of the run that made it.
    """

    def __init__(self, folder: Path) -> None:
        """Read the list of `folder`; where there is none that can be read, everything is made anew."""
        self.file, self._folder = folder.parent / LIST, folder
        self._before, self._now = dict[str, list[str]](), dict[str, list[str]]()
        with contextlib.suppress(OSError, ValueError):
            found = json.loads(self.file.read_text(encoding="utf-8"))
            self._before = found if isinstance(found, dict) else {}

    def has(self, page: str, digest: str) -> bool:
        """Whether the files of a page are all there, made of the same."""
        entry = self._before.get(page)
        if not isinstance(entry, list) or not entry or entry[0] != digest:
            return False
        if not all((self._folder / str(name)).is_file() for name in entry[1:]):
            return False
        self._now[page] = entry
        return True

    def add(self, page: str, digest: str, files: Collection[str]) -> None:
        """Note what was made."""
        self._now[page] = [digest, *files]

    @property
    def text(self) -> bytes:
        """The list as it is to be written."""
        return json.dumps(self._now, indent=0).encode()


def digest_of(standing: Standing, result: ClassResult, hidden: Collection[str]) -> str:
    """Return the sha256 of everything that a student's feedback shows, but the run that it came from."""
    report = standing.report and replace(standing.report, seconds=0.0)
    facts = (replace(standing, report=report), result.title, result.columns, sorted(hidden), _makers())
    return hashlib.sha256(repr(facts).encode("utf-8", "surrogatepass")).hexdigest()


@functools.cache
def _makers() -> str:
    """Return the sha256 of the code and the templates that make feedback."""
    total = hashlib.sha256()
    for part in MADE_BY:
        for file in sorted((PACKAGE / part).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                total.update(f"{file.relative_to(PACKAGE).as_posix()} ".encode() + file.read_bytes())
    return total.hexdigest()
