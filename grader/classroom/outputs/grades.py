"""`grades.csv`: the class as one table, a row a student, for a spreadsheet or a script.

It begins with a byte order mark and its lines end in CR LF: without the mark Excel takes UTF-8 for another encoding,
and whatever else reads CSV knows it (in Python the encoding `utf-8-sig`).
"""

from __future__ import annotations

import csv
import io

from grader.classroom.model import ClassResult, Standing
from grader.classroom.outputs.cells import harmless
from grader.render.escape import one_line
from grader.render.words import number

COLUMNS = (
    "student", "name", "email", "outcome", "reason", "score", "max_score", "penalty", "adjustments", "attempts",
)  # fmt: skip


def grades_csv(result: ClassResult) -> bytes:
    """The table with a header; a score that is not decided, and a task without a verdict, is an empty cell."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow([*COLUMNS, *(harmless(column.id) for column in result.columns)])
    for standing in result.standings:
        table.writerow(_row(standing, result))
    return text.getvalue().encode("utf-8-sig", "backslashreplace")


def _row(standing: Standing, result: ClassResult) -> list[str]:
    student, grade = standing.student, standing.grade
    texts = (student.id, student.name, student.email, standing.outcome.value, standing.reason)
    return [
        *(harmless(one_line(text)) for text in texts),
        "" if grade is None else number(grade),
        number(standing.max_score),
        number(standing.penalty),
        number(standing.adjusted),
        str(len(standing.attempts) + (standing.hand_in is not None)),
        *_tasks(standing, result),
    ]


def _tasks(standing: Standing, result: ClassResult) -> list[str]:
    tasks = standing.report.tasks if standing.report else ()
    points = {task.id: number(task.points) for task in tasks}
    return [points.get(column.id, "") for column in result.columns]
