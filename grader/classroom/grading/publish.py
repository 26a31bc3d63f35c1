"""The files that a run leaves in its folder: each is replaced whole, and what would come out the same stays."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from grader.classroom.grading.out_folder import UnchangedOutputs, sweep, write
from grader.classroom.pages.class_page import class_page
from grader.classroom.pages.exports import (
    PAGE,
    class_junit,
    feedback_zips,
    goes_to_canvas,
    grades_csv,
    named_results,
    results_json,
)
from grader.classroom.pages.feedback import feedback_file, feedback_page, has_feedback
from grader.classroom.policy.columns import hidden_tasks, shown_tasks
from grader.classroom.records import ClassResult, Standing
from grader.course.digest import digest_of_files, files_under
from grader.course.topics import PACKAGE
from grader.text import chosen

# The parts of the grader that make what students get.
MADE_BY = ("render", "notebook", "intake", "classroom", "report", "text")
FEEDBACK, GRADESCOPE = "feedback", "gradescope"
Files = Iterable[tuple[str, bytes]]  # names and contents


def _digest(result: ClassResult, hidden: Collection[str], own: str) -> str:
    """Return the sha256 of everything that a student's files show, but the run that they came from."""
    common = repr((result.title, result.zone, result.columns, sorted(hidden), chosen(), _makers()))
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
    write(folder / "junit.xml", class_junit(result).encode())
    _renew(
        folder / GRADESCOPE,
        (
            (name, made_of[each.student.id], partial(_results, name, each, result))
            for name, each in named_results(result)
        ),
    )
    _renew(
        folder / FEEDBACK,
        (
            (feedback_file(each.student), made_of[each.student.id], partial(feedback, each, result, now))
            for each in filter(has_feedback, result.standings)
        ),
    )
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


def _renew(folder: Path, wanted: Iterable[tuple[str, str, Callable[[], Files]]]) -> None:
    """Write the files of those students who have not theirs yet as they would come out."""
    written = UnchangedOutputs(folder)
    outdated = [
        (student, digest, make) for student, digest, make in wanted if not written.has(student, digest)
    ]
    if not outdated:
        return
    written.outdate([student for student, _, _ in outdated])
    # First the list, so that a run that is killed now leaves no file that seems up to date.
    write(written.file, written.text)
    for student, digest, make in outdated:
        made = dict(make())
        for name, data in made.items():
            write(folder / name, data)
        written.add(student, digest, made)
    write(written.file, written.text)


def _results(name: str, standing: Standing, result: ClassResult) -> Files:
    return [(name, results_json(standing, result.columns))]


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
