"""A folder of Gradescope's `results.json`, one for each student of a class."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from grader.classroom.model import ClassResult, Outcome, Standing, TaskColumn
from grader.render.gradescope import Look, as_text, failed_results, results_of
from grader.render.words import number

REMEDY = "Ask the course staff; they find this hand-in under its name in the class."


def class_results(result: ClassResult) -> dict[str, bytes]:
    """File name -> content; the names are the students' ids, made safe for any file system, each once."""
    names: dict[str, bytes] = {}
    for standing in result.standings:
        name = _file_name(standing.student.id, names)
        names[name] = as_text(_results(standing, result.columns)).encode("ascii")
    return names


def _results(standing: Standing, columns: tuple[TaskColumn, ...]) -> dict[str, Any]:
    if standing.report is None:
        return failed_results(standing.reason, REMEDY)
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


def _remarks(standing: Standing) -> tuple[str, ...]:
    late = (f"{number(standing.penalty)} points were taken for being late.",) if standing.penalty else ()
    by_hand = (
        f"{adjustment.points:+.2f} points by {adjustment.who}: {adjustment.why}"
        for adjustment in standing.adjustments
    )
    return (*late, *by_hand, *standing.notes)


def _file_name(student_id: str, taken: dict[str, bytes]) -> str:
    """A name with letters, digits, dots, dashes and underscores; a number keeps two of them apart."""
    stem = re.sub(r"[^\w.@-]", "_", student_id, flags=re.ASCII).strip(".") or "student"
    low = {name.lower() for name in taken}
    names = (f"{stem}{f'-{again}' if again else ''}.json" for again in range(len(taken) + 1))
    return next(name for name in names if name.lower() not in low)
