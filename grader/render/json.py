"""The report as JSON: the names of the schema in `grader/report/schema.json`, and nothing else."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import Any

from grader.report import Report, TaskReport, TestReport

# A list of nothing but numbers goes on one line; text holds no line break in JSON, so none of it is met.
NUMBERS = re.compile(r"\[\n[\s\d.,e+\-]*(?:null[\s\d.,e+\-]*)*\]")


def to_json(report: Report) -> str:
    """The report as indented JSON in ASCII, so that any text a submission wrote survives any pipe."""
    text = json.dumps(as_dict(report), indent=2, allow_nan=False)
    return NUMBERS.sub(lambda found: " ".join(found.group().split()), text) + "\n"


def as_dict(report: Report) -> dict[str, Any]:
    """The report as plain values, in the order in which a reader wants them."""
    return {
        "schema_version": report.schema_version,
        "submission": report.submission,
        "seed": report.seed,
        "score": report.score,
        "max_score": report.max_score,
        "seconds": report.seconds,
        "incomplete": report.incomplete,
        "notes": list(report.notes),
        "environment": asdict(report.environment),
        "tasks": [_task(task) for task in report.tasks],
    }


def _task(task: TaskReport) -> dict[str, Any]:
    return {
        "id": task.id,
        "title": task.title,
        "verdict": task.verdict.value,
        "points": task.points,
        "max_points": task.max_points,
        "message": asdict(task.message) if task.message else None,
        "tests": [_test(test) for test in task.tests],
    }


def _test(test: TestReport) -> dict[str, Any]:
    theirs = {name: text for name in ("printed", "repeat") if (text := getattr(test, name)) is not None}
    return {
        "name": test.name,
        "title": test.title,
        "verdict": test.verdict.value,
        "visible": test.visible,
        "weight": test.weight,
        "seconds": test.seconds,
        "message": asdict(test.message) if test.message else None,
        "traceback": test.traceback,
        "is_close": test.is_close,
        **theirs,
        "curves": [asdict(curve) for curve in test.curves],
        "paths": [asdict(path) for path in test.paths],
        "tables": [asdict(table) for table in test.tables],
        "pictures": [asdict(picture) for picture in test.pictures],
    }
