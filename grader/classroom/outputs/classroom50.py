"""One report as the `result.json` of Classroom 50.

Its points are whole numbers, and ours are not: a task solved in part would lose points to rounding. So each point of
ours counts as a hundred of theirs; the maximum of an assignment is the same for everybody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from grader.render.escape import one_line
from grader.report import Report, TaskReport, Verdict

SCHEMA = "classroom50/result/v1"
PER_POINT = 100
FROM_ENVIRONMENT = {
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
}


class NoResult(ValueError):
    """There is nothing to hand over: exit with a code that is not 0, which Classroom 50 takes as no grading."""


def to_classroom50(
    report: Report,
    environment: Mapping[str, str],
    submitted_at: datetime,
    graded_at: datetime,
    per_point: int = PER_POINT,
) -> str:
    """The report as the text of `result.json`.

    Args:
        report: what was graded.
        environment: the variables that Classroom 50 sets for its autograder.
        submitted_at: when the graded commit was made, with a time zone: by it lateness is decided.
        graded_at: when it was graded, with a time zone.
        per_point: how many of their whole points one of ours is.

    Raises:
        NoResult: the grading is incomplete, or a variable is missing.
    """
    if report.incomplete is not None:
        raise NoResult(f"the grading is incomplete: {report.incomplete}")
    tests = [_test(task, per_point) for task in report.tasks]
    result = {
        "schema": SCHEMA,
        **_identity(environment),
        "datetime": _utc(submitted_at),
        "graded_at": _utc(graded_at),
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }
    return json.dumps(result, indent=2, allow_nan=False) + "\n"


def _identity(environment: Mapping[str, str]) -> dict[str, str]:
    missing = [name for name in FROM_ENVIRONMENT.values() if not environment.get(name)]
    owner = environment.get("OWNER") or environment.get("USERNAME")
    if missing or not owner:
        listed = ", ".join([*missing, *([] if owner else ["OWNER"])])
        raise NoResult(f"Classroom 50 has not set {listed}: run this as its autograder")
    return {
        **{field: environment[name] for field, name in FROM_ENVIRONMENT.items()},
        "review": environment.get("REVIEW_URL") or environment["COMMIT_URL"],
        "assignment_type": environment.get("ASSIGNMENT_TYPE") or "individual",
        "owner": owner,
    }


def _test(task: TaskReport, per_point: int) -> dict[str, Any]:
    failed = task.first_failure
    message = (failed.message if failed else None) or task.message
    return {
        "test-name": task.id,
        "passed": task.verdict is Verdict.PASS,
        "score": round(task.points * per_point),
        "max-score": round(task.max_points * per_point),
        "verdict": task.verdict.value,
        **({"checked": one_line(message.checked)} if message else {}),
        **({"likely": one_line(message.likely)} if message and message.likely else {}),
    }


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
