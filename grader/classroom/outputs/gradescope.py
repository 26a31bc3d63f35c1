"""A folder of Gradescope's `results.json`, one for each student of a class."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from grader.classroom.model import ClassResult, Outcome, Standing, TaskColumn
from grader.render.gradescope import Look, as_text, failed_results, results_of
from grader.render.words import number

REMEDY = "Ask the course staff; they find this hand-in under its name in the class."


def class_results(result: ClassResult) -> dict[str, bytes]:
    """File name -> content; the names are the students' ids, made safe for any file system, each once."""
    return {name: results_json(standing, result.columns) for name, standing in named_results(result)}


def named_results(result: ClassResult) -> Iterator[tuple[str, Standing]]:
    """Yield each standing with the name of its file."""
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
