"""One report as the `results.json` of PrairieLearn's external grading.

An incomplete grading is handed over as not gradable, so that it uses up no attempt and counts as no zero.
"""

from __future__ import annotations

import json
from typing import Any

from grader.render.escape import one_line
from grader.render.gradescope import INCOMPLETE, task_text
from grader.render.words import count, tally
from grader.report import Report, TaskReport


def to_prairielearn(report: Report) -> str:
    """The report as the text of `results.json`."""
    if report.incomplete is not None:
        return _text({"gradable": False, "format_errors": [INCOMPLETE], "message": INCOMPLETE})
    most = report.max_score
    return _text(
        {
            "gradable": True,
            "score": round(min(1.0, max(0.0, report.score / most)), 6) if most else 0.0,
            "message": f"{count(len(report.tasks), 'task')}: {tally(report.tasks)}.",
            "output": "\n".join(one_line(note) for note in report.notes),
            "tests": [_test(task) for task in report.tasks],
        }
    )


def _test(task: TaskReport) -> dict[str, Any]:
    return {
        "name": task.id,
        "description": one_line(task.title),
        "points": task.points,
        "max_points": task.max_points,
        "output": task_text(task),
    }


def _text(results: dict[str, Any]) -> str:
    return json.dumps(results, indent=2, allow_nan=False) + "\n"
