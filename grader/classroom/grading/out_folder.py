"""The folder of a run: one run at a time, files that are replaced whole, and what would come out the same stays."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from grader.classroom.pages.class_page import class_page
from grader.classroom.pages.exports import PAGE, feedback_zips, goes_to_canvas, grades_csv
from grader.classroom.pages.feedback import feedback_file, feedback_page, has_feedback
from grader.classroom.policy.columns import hidden_tasks, shown_tasks
from grader.classroom.records import ClassResult, Standing
from grader.course.digest import digest_of_files, files_under
from grader.course.topics import PACKAGE
from grader.storage import UNFINISHED, atomic_write, from_plain

NAME = re.compile(r"[\w@-][\w.@-]*", re.ASCII)  # as we give them; such a file lies in the folder itself
Made = tuple[str, dict[str, int]]  # of one student: the digest of what it was made of, and the sizes of the files
NOTHING: Made = ("", {})
LOCK = ".run.lock"
ABANDONED = 3600.0  # seconds after which nobody writes a file any more: whoever began it was killed


class NotWritten(Exception):
    """A file or folder cannot be written, as on a full disk. Remedy: make room or write elsewhere, and run again."""

    exit_code = 2


class UnchangedOutputs:
    """The list of one folder: for each student a digest of all that the files depend on, and their sizes.

    A page that is not made again keeps the number of the run that made it. Who is not in this run stays listed: it may
    have been over a part of the class.
    """

    def __init__(self, folder: Path) -> None:
        """Read the list of `folder`; where there is none that can be read, everything is made anew."""
        # Beside the folder and not in it: that is for students.
        self.file = folder.parent / f".{folder.name}.json"
        self._folder, self._entries = folder, dict[str, Made]()
        with contextlib.suppress(OSError, ValueError):
            found = from_plain(json.loads(self.file.read_text(encoding="utf-8")), dict[str, Made])
            self._entries = {who: made for who, made in found.items() if made[1] and all(map(NAME.fullmatch, made[1]))}

    def has(self, student: str, digest: str) -> bool:
        """Whether the files of a student are all there as they were written, made of the same."""
        known, sizes = self._entries.get(student, NOTHING)
        return known == digest and all(self._size(name) == size for name, size in sizes.items())

    def outdate(self, students: Iterable[str]) -> None:
        """Note that the files of students are about to be written, whatever they were made of."""
        for student in students:
            self._entries[student] = "", self._entries.get(student, NOTHING)[1]

    def add(self, student: str, digest: str, files: Mapping[str, bytes]) -> None:
        """Note what was written, and remove what was written before and does not come out any more."""
        for name in self._entries.get(student, NOTHING)[1].keys() - files.keys():
            (self._folder / name).unlink(missing_ok=True)
        self._entries[student] = digest, {name: len(data) for name, data in files.items()}

    @property
    def text(self) -> bytes:
        """The list as it is to be written."""
        return json.dumps(self._entries, indent=0).encode()

    def _size(self, name: str) -> int | None:
        with contextlib.suppress(OSError):
            return (self._folder / name).stat().st_size
        return None


def sweep(folder: Path) -> None:
    """Remove what runs that were killed in the middle of a file have left."""
    for file in folder.rglob(UNFINISHED):
        with contextlib.suppress(OSError):
            if time.time() - file.stat().st_mtime > ABANDONED:
                file.unlink()


@contextlib.contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Make a folder with those around it, and let no other run write there meanwhile.

    The system gives the lock back when its process ends, however it ends.

    Raises:
        NotWritten: another run has the folder, or it cannot be made or locked.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise NotWritten(
            f"{folder} cannot be made ({problem.strerror}): name another folder with --out"
        ) from problem
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise NotWritten(
            f"another run is writing into {folder}: wait for it, or name another folder with --out"
        ) from None
    except OSError as problem:
        raise NotWritten(
            f"{folder / LOCK} cannot be locked ({problem.strerror}), as two runs at once would do all work twice: "
            "allow writing there, or name a folder of a local disk with --out"
        ) from problem
    try:
        yield
    finally:
        lock.release()


def write(path: Path, data: bytes) -> None:
    """Write a file so that a reader finds the old one or the new one, whatever happens."""
    with contextlib.suppress(OSError):
        if path.stat().st_size == len(data) and path.read_bytes() == data:
            return
    try:
        atomic_write(path, data)
    except OSError as problem:
        raise NotWritten(
            f"{path} cannot be written ({problem.strerror}): make room, or allow writing there, and run the same "
            "command again: what was graded is kept in the gradebook"
        ) from problem


# The parts of the grader that make what students get.
MADE_BY = ("render", "notebook", "intake", "classroom", "report", "text")
FEEDBACK = "feedback"
Files = Iterable[tuple[str, bytes]]  # names and contents


def _digest(result: ClassResult, hidden: Collection[str], own: str) -> str:
    """Return the sha256 of everything that a student's files show, but the run that they came from."""
    common = repr((result.title, result.zone, result.columns, sorted(hidden), _makers()))
    return hashlib.sha256(f"{common} {own}".encode("utf-8", "surrogatepass")).hexdigest()


@functools.cache
def _makers() -> str:
    """Return the sha256 of the code and the templates that make what students get."""
    return digest_of_files(
        (f"{part}/{name}", file) for part in MADE_BY for name, file in files_under(PACKAGE / part)
    )


def publish(result: ClassResult, folder: Path, digests: Mapping[str, str]) -> None:
    """Write the class page, the grades, and what each student gets into `folder`.

    Args:
        result: the class.
        folder: where everything goes.
        digests: of the standings, by the student's id: who has the same as before keeps the files of before.
    """
    now = datetime.now(UTC)
    hidden = hidden_tasks(result.columns, now)
    made_of = {student: _digest(result, hidden, own) for student, own in digests.items()}
    write(folder / "grades.csv", grades_csv(result))
    write(folder / "class.html", class_page(result).encode())
    pages = ((feedback_file(each.student), each) for each in filter(has_feedback, result.standings))
    _renew(folder / FEEDBACK, pages, made_of, lambda name, each: feedback(each, result, now))
    for name, data in feedback_zips(result, partial(_returned, folder / FEEDBACK)):
        write(folder / name, data)
    sweep(folder)


def _returned(folder: Path, standing: Standing) -> dict[str, bytes]:
    """Return what one student gets back, as it was written, under the names that it has there."""
    stem = feedback_file(standing.student).removesuffix(".html")
    found = {
        file.name.removeprefix(f"{stem}-"): file.read_bytes() for file in sorted(folder.glob(f"{stem}-*.*"))
    }
    return {PAGE: (folder / f"{stem}.html").read_bytes(), **found}


def _renew(
    folder: Path, wanted: Iterable[tuple[str, Standing]], made_of: Mapping[str, str],
    make: Callable[[str, Standing], Files],
) -> None:  # fmt: skip
    """Write the files of those students, each named by the first one, who have not theirs as they would come out."""
    written = UnchangedOutputs(folder)
    outdated = [(file, each) for file, each in wanted if not written.has(file, made_of[each.student.id])]
    if not outdated:
        return
    written.outdate([file for file, _ in outdated])
    # First the list, so that a run that is killed now leaves no file that seems up to date.
    write(written.file, written.text)
    for file, each in outdated:
        made = dict(make(file, each))
        for name, data in made.items():
            write(folder / name, data)
        written.add(file, made_of[each.student.id], made)
    write(written.file, written.text)


def feedback(standing: Standing, result: ClassResult, now: datetime) -> Iterator[tuple[str, bytes]]:
    """Yield the files that one student gets back: a page, and a notebook for each topic that was handed in."""
    page = feedback_file(standing.student)
    yield page, feedback_page(standing, result, now).encode()
    if standing.report is None or standing.hand_in is None:
        return
    from grader.notebook.feedback import (  # takes its time, and is needed for new ones alone
        feedback_module,
        feedback_notebook,
    )

    visible = shown_tasks(standing.report.tasks, hidden_tasks(result.columns, now))
    for file in sorted(standing.hand_in.topic_files()):
        tasks = tuple(task for task in visible if task.id.startswith(f"{file.topic}."))
        if tasks:
            report, stem = replace(standing.report, tasks=tasks), page.removesuffix(".html")
            yield f"{stem}-{file.topic}.ipynb", feedback_notebook(file.data, report)
            if file.suffix == ".py" and goes_to_canvas(standing.hand_in, file.name):
                yield f"{stem}-{file.topic}.py", feedback_module(file.data, report)
