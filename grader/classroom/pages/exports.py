"""The class for other programs: `grades.csv`, and zips of feedback that Canvas and Moodle take.

`grades.csv` begins with a byte order mark and its lines end in CR LF: without the mark Excel takes UTF-8 for another
encoding, and whatever else reads CSV knows it (in Python the encoding `utf-8-sig`).

Canvas puts a file beside the upload whose numbers its name holds, under the name of that upload: a module comes back as
a module, a notebook as a notebook, an archive as an archive. Moodle adds files of any name to a participant's feedback.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from grader.classroom.records import ClassResult, HandIn, Standing
from grader.classroom.tables.sheet import harmless
from grader.storage import zipped
from grader.text.escape import one_line
from grader.text.formatting import number

COLUMNS = (
    "student", "name", "email", "outcome", "reason", "score", "max_score", "penalty", "adjustments", "attempts",
)  # fmt: skip


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
