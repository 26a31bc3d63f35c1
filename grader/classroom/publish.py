"""What a run leaves in its folder for people and for other programs; each file is replaced whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from grader.classroom.model import ClassResult, Standing
from grader.classroom.outputs import class_junit, class_results, grades_csv
from grader.classroom.written import Written, digest_of
from grader.notebook.feedback import feedback_notebook
from grader.render.html import class_page, feedback_page
from grader.render.html.names import feedback_file, has_feedback
from grader.render.html.visible import shown_tasks, waiting

FEEDBACK, PARTIAL = "feedback", ".writing-"
ABANDONED = 3600.0  # seconds after which nobody writes a file any more: whoever began it was killed


def publish(result: ClassResult, folder: Path) -> None:
    """Write the class page, the grades, and each student's feedback into `folder`."""
    write(folder / "grades.csv", grades_csv(result))
    write(folder / "class.html", class_page(result).encode())
    write(folder / "junit.xml", class_junit(result).encode())
    for name, data in class_results(result).items():
        write(folder / "gradescope" / name, data)
    _feedback_of_all(result, folder / FEEDBACK)
    _sweep(folder)


def _sweep(folder: Path) -> None:
    """Remove what runs that were killed in the middle of a file have left."""
    for file in folder.rglob(f"{PARTIAL}*"):
        with contextlib.suppress(OSError):
            if time.time() - file.stat().st_mtime > ABANDONED:
                file.unlink()


def _feedback_of_all(result: ClassResult, folder: Path) -> None:
    """Write the feedback that is not there yet as it would come out."""
    now, written = datetime.now(UTC), Written(folder)
    hidden = waiting(result, now)
    for standing in filter(has_feedback, result.standings):
        page, digest = feedback_file(standing.student), digest_of(standing, result, hidden)
        if written.has(page, digest):
            continue
        made = dict(feedback(standing, result, now))
        for name, data in made.items():
            write(folder / name, data)
        written.add(page, digest, made)
    write(written.file, written.text)


def feedback(standing: Standing, result: ClassResult, now: datetime) -> Iterator[tuple[str, bytes]]:
    """Yield the files that one student gets back: a page, and a notebook for each topic that was handed in."""
    page = feedback_file(standing.student)
    yield page, feedback_page(standing, result, now).encode()
    if standing.report is None or standing.hand_in is None:
        return
    visible = shown_tasks(standing.report.tasks, waiting(result, now))
    for path, data in sorted(standing.hand_in.files.items()):
        topic = PurePosixPath(path).stem.lower()
        tasks = tuple(task for task in visible if task.id.startswith(f"{topic}."))
        if tasks:
            name = f"{page.removesuffix('.html')}-{topic}.ipynb"
            yield name, feedback_notebook(data, replace(standing.report, tasks=tasks))


def write(path: Path, data: bytes) -> None:
    """Write a file so that a reader finds the old one or the new one, whatever happens."""
    with contextlib.suppress(OSError):
        if path.stat().st_size == len(data) and path.read_bytes() == data:
            return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=PARTIAL, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
