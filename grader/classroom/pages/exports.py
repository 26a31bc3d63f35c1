"""The class for other programs: `grades.csv`, Gradescope's results of each student, and JUnit XML.

`grades.csv` begins with a byte order mark and its lines end in CR LF: without the mark Excel takes UTF-8 for another
encoding, and whatever else reads CSV knows it (in Python the encoding `utf-8-sig`).

Canvas puts a file beside the upload whose numbers its name holds, under the name of that upload: a module comes back as
a module, a notebook as a notebook, an archive as an archive. Moodle adds files of any name to a participant's feedback.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any
from xml.etree import ElementTree

from grader.classroom.records import ClassResult, HandIn, Outcome, Standing, TaskColumn
from grader.classroom.tables.sheet import harmless
from grader.render.gradescope import Look, as_text, failed_results, results_of, task_text
from grader.render.junit import add_case, add_suite, count_cases, document
from grader.storage import zipped
from grader.text.escape import one_line, xml
from grader.text.formatting import number

COLUMNS = (
    "student", "name", "email", "outcome", "reason", "score", "max_score", "penalty", "adjustments", "attempts",
)  # fmt: skip
NOT_IN_JUNIT = ("student", "email", "attempts")
REMEDY = "Ask the course staff; they find this hand-in under its name in the class."


def row_of(standing: Standing) -> dict[str, Any]:
    """How a student stands, by COLUMNS; a score that is not decided is None."""
    student = standing.student
    texts = (student.id, student.name, student.email, standing.outcome.value, standing.reason)
    points = (standing.grade, standing.max_score, standing.penalty, standing.adjusted)
    return dict(zip(COLUMNS, (*texts, *points, len(standing.hand_ins)), strict=True))


def _cell(value: str | float | None) -> str:
    return value if isinstance(value, str) else "" if value is None else number(value)


def grades_csv(result: ClassResult) -> bytes:
    """The table with a header; a score that is not decided, and a task without a verdict, is an empty cell."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow([*COLUMNS, *(harmless(column.id) for column in result.columns)])
    for standing in result.standings:
        points = {task.id: task.points for task in (standing.report.tasks if standing.report else ())}
        cells = (*row_of(standing).values(), *(points.get(column.id) for column in result.columns))
        table.writerow([harmless(one_line(each)) if isinstance(each, str) else _cell(each) for each in cells])
    return text.getvalue().encode("utf-8-sig", "backslashreplace")


def named_results(result: ClassResult) -> Iterator[tuple[str, Standing]]:
    """Yield each standing with the name of its file: the student's id, made safe for any file system, each once."""
    taken: set[str] = set()
    for standing in result.standings:
        name = _file_name(standing.student.id, taken)
        taken.add(name.lower())
        yield name, standing


def results_json(standing: Standing, columns: tuple[TaskColumn, ...]) -> bytes:
    """The content of one student's file."""
    return as_text(_results(standing, columns)).encode("ascii")


def _results(standing: Standing, columns: tuple[TaskColumn, ...]) -> dict[str, Any]:
    if standing.report is None:
        return _without_report(standing)
    report = standing.report
    if standing.outcome is Outcome.INCOMPLETE:
        report = replace(report, incomplete=report.incomplete or standing.reason)
    look = Look(
        tasks={column.id: column.visibility for column in columns},
        uncounted=[column.id for column in columns if not column.counts],
        bonus=[column.id for column in columns if column.bonus],
        remarks=_remarks(standing),
        extra={"attempts": len(standing.attempts) + 1},
    )
    return results_of(report, look, score=standing.score)


def _without_report(standing: Standing) -> dict[str, Any]:
    if standing.grade is None:
        return failed_results(standing.reason, REMEDY)
    total = f"{number(standing.grade)} of {number(standing.max_score)} points."
    said = "\n".join((standing.reason, *_remarks(standing), total))
    return {**failed_results(standing.reason, REMEDY), "output": said, "score": standing.grade}


def _remarks(standing: Standing) -> tuple[str, ...]:
    late = (f"{number(standing.penalty)} points were taken for being late.",) if standing.penalty else ()
    by_hand = (
        f"{adjustment.points:+.2f} points by {adjustment.who}: {adjustment.why}"
        for adjustment in standing.adjustments
    )
    return (*late, *by_hand, *standing.notes)


def _file_name(student_id: str, taken: Collection[str]) -> str:
    """A name with letters, digits, dots, dashes and underscores; a number keeps it apart from lower-case ones."""
    stem = re.sub(r"[^\w.@-]", "_", student_id, flags=re.ASCII).strip(".") or "student"
    names = (f"{stem}{f'-{again}' if again else ''}.json" for again in range(len(taken) + 1))
    return next(name for name in names if name.lower() not in taken)


def class_junit(result: ClassResult) -> str:
    """The class as one XML document: a suite for each student, a case for each task."""
    root = ElementTree.Element("testsuites", {"name": xml(result.title), "time": f"{result.seconds:.3f}"})
    for standing in result.standings:
        _suite(root, standing)
    return document(root)


def _suite(root: ElementTree.Element, standing: Standing) -> None:
    tasks = standing.report.tasks if standing.report else ()
    seconds = {task.id: sum(test.seconds for test in task.tests) for task in tasks}
    facts = {name: _cell(value) for name, value in row_of(standing).items() if name not in NOT_IN_JUNIT}
    suite = add_suite(root, standing.student.id, sum(seconds.values()), facts)
    if standing.grade is None:
        _outcome(suite, standing)
    for task in tasks:
        text = task_text(task)
        add_case(suite, task.id, seconds[task.id], task.verdict, text.partition("\n")[0], text)
    count_cases(suite)


def _outcome(suite: ElementTree.Element, standing: Standing) -> None:
    """Add a case of its own for a student without a score, that says why."""
    case = ElementTree.SubElement(suite, "testcase", {"classname": suite.get("name", ""), "name": "hand-in"})
    tag = "skipped" if standing.outcome is Outcome.MISSING else "error"
    found = ElementTree.SubElement(case, tag, {"message": xml(standing.reason)})
    found.set("type", standing.outcome.value)


CANVAS, MOODLE = "canvas-feedback.zip", "moodle-feedback.zip"
CANVAS_UPLOAD = re.compile(r"[^/]+?_(?:LATE_)?\d+_\d+_[^/]+", re.DOTALL)
MOODLE_UPLOAD = re.compile(r"[^/_]+_\d+_assignsubmission_file")
PAGE = "feedback.html"

Files = Mapping[str, bytes]  # of one student: the page as PAGE, what came back of each topic under its own name


def goes_to_canvas(hand_in: HandIn, name: str) -> bool:
    """Whether a topic's file was uploaded to Canvas as it is, so that one of its kind goes back."""
    upload = hand_in.uploads.get(name, "")
    return bool(CANVAS_UPLOAD.fullmatch(upload)) and _suffix(upload) == _suffix(name)


def feedback_zips(result: ClassResult, files_of: Callable[[Standing], Files]) -> Iterator[tuple[str, bytes]]:
    """Yield the zips of those systems from which anything came.

    Args:
        result: the class.
        files_of: gives what a student gets back.
    """
    systems = ((CANVAS, CANVAS_UPLOAD, _canvas_files), (MOODLE, MOODLE_UPLOAD, _moodle_files))
    for name, pattern, members in systems:
        returned = [
            (each, each.hand_in.uploads)
            for each in result.standings
            if each.hand_in and any(map(pattern.fullmatch, each.hand_in.uploads.values()))
        ]
        if returned:
            yield name, zipped(dict(pair for each, uploads in returned for pair in members(uploads, files_of(each))))


def _canvas_files(uploads: Mapping[str, str], files: Files) -> Iterator[tuple[str, bytes]]:
    """Yield a file for each upload."""
    first: dict[str, str] = {}
    for name, upload in uploads.items():
        first.setdefault(upload, name)
    for upload, name in first.items():
        if _suffix(upload) in (".py", ".ipynb") and name in files:
            yield upload, files[name]
        elif _suffix(upload) == ".zip":
            yield upload, zipped(files)


def _moodle_files(uploads: Mapping[str, str], files: Files) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a participant, each name after what Moodle calls the hand-in."""
    owner = next(upload for upload in uploads.values() if MOODLE_UPLOAD.fullmatch(upload))
    yield from ((f"{owner}_{name}", data) for name, data in files.items())


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.casefold()
