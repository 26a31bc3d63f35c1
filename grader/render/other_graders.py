"""One report in the formats of other graders: check50, Classroom 50 and PrairieLearn.

Classroom 50 has whole points, and ours are not: a task solved in part would lose points to rounding. So each point of
ours counts as a hundred of theirs; the maximum of an assignment is the same for everybody. An incomplete grading is no
result for it, and not gradable for PrairieLearn, so that it uses up no attempt and counts as no zero.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from grader.render.gradescope import INCOMPLETE, task_text
from grader.report import Report, TaskReport, Verdict
from grader.text.escape import one_line
from grader.text.formatting import count, tally

NOT_FOUND_OUT = (Verdict.SKIPPED, Verdict.INTERNAL)
SCHEMA = "classroom50/result/v1"
PER_POINT = 100
FROM_ENVIRONMENT = {
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
}


def to_check50(report: Report, slug: str = "") -> str:
    """The report as JSON; `slug` is what check50 was asked for, such as `course/problem`, or what was graded."""
    document: dict[str, Any] = {
        "slug": slug or report.submission,
        "version": report.environment.torchgrade,
        "results": [_result(task) for task in report.tasks],
    }
    if report.incomplete is not None:
        document["error"] = {"type": "Incomplete", "value": INCOMPLETE, "traceback": [], "data": {}}
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _result(task: TaskReport) -> dict[str, Any]:
    passed = None if task.verdict in NOT_FOUND_OUT else task.verdict.is_right
    return {
        "name": task.id,
        "description": one_line(task.title),
        "passed": passed,
        "log": [] if task.verdict is Verdict.PASS else task_text(task).split("\n"),
        "cause": None if passed else _cause(task),
        "data": {"points": task.points, "max_points": task.max_points},
        "dependency": _dependency(task),
    }


def _cause(task: TaskReport) -> dict[str, str]:
    message = task.what_failed
    rationale = one_line(message.checked) if message else task.verdict.value
    helped = (message.likely or message.next) if message else None
    return {"rationale": rationale, **({"help": one_line(helped)} if helped else {})}


def _dependency(task: TaskReport) -> str | None:
    """The task that this one waits for, as the message of a skipped task names it in its next command."""
    following = task.message.next if task.verdict is Verdict.SKIPPED and task.message else None
    return following.rpartition(" ")[2] if following else None


class NoResult(ValueError):
    """There is nothing to hand over: exit with a code that is not 0, which Classroom 50 takes as no grading."""


def to_classroom50(
    report: Report,
    environment: Mapping[str, str],
    submitted_at: datetime,
    graded_at: datetime,
) -> str:
    """The report as the text of `result.json`.

    Args:
        report: what was graded.
        environment: the variables that Classroom 50 sets for its autograder.
        submitted_at: when the graded commit was made, with a time zone: by it lateness is decided.
        graded_at: when it was graded, with a time zone.

    Raises:
        NoResult: the grading is incomplete, or a variable is missing.
    """
    if report.incomplete is not None:
        raise NoResult(f"the grading is incomplete: {report.incomplete}")
    tests = [_classroom50_test(task) for task in report.tasks]
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


def _classroom50_test(task: TaskReport) -> dict[str, Any]:
    message = task.what_failed
    return {
        "test-name": task.id,
        "passed": task.verdict.is_right,
        "score": round(task.points * PER_POINT),
        "max-score": round(task.max_points * PER_POINT),
        "verdict": task.verdict.value,
        **({"checked": one_line(message.checked)} if message else {}),
        **({"likely": one_line(message.likely)} if message and message.likely else {}),
    }


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_prairielearn(report: Report) -> str:
    """The report as the text of `results.json`."""
    if report.incomplete is not None:
        return _as_text({"gradable": False, "format_errors": [INCOMPLETE], "message": INCOMPLETE})
    most = report.max_score
    return _as_text(
        {
            "gradable": True,
            "score": round(min(1.0, max(0.0, report.score / most)), 6) if most else 0.0,
            "message": f"{count(len(report.tasks), 'task')}: {tally(report.tasks)}.",
            "output": "\n".join(one_line(note) for note in report.notes),
            "tests": [_prairielearn_test(task) for task in report.tasks],
        }
    )


def _prairielearn_test(task: TaskReport) -> dict[str, Any]:
    return {
        "name": task.id,
        "description": one_line(task.title),
        "points": task.points,
        "max_points": task.max_points,
        "output": task_text(task),
    }


def _as_text(results: dict[str, Any]) -> str:
    return json.dumps(results, indent=2, allow_nan=False) + "\n"
