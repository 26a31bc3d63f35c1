"""One report in the JSON of check50: a check a task, and `null` where nothing was found out."""

from __future__ import annotations

import json
from typing import Any

from grader.render.escape import one_line
from grader.render.gradescope import INCOMPLETE, task_text
from grader.report import Message, Report, TaskReport, Verdict

NOT_FOUND_OUT = (Verdict.SKIPPED, Verdict.INTERNAL)


def to_check50(report: Report, slug: str) -> str:
    """The report as JSON; `slug` is what check50 was asked for, such as `course/problem`."""
    document: dict[str, Any] = {
        "slug": slug,
        "version": report.environment.torchgrade,
        "results": [_result(task) for task in report.tasks],
    }
    if report.incomplete is not None:
        document["error"] = {"type": "Incomplete", "value": INCOMPLETE, "traceback": [], "data": {}}
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _result(task: TaskReport) -> dict[str, Any]:
    passed = None if task.verdict in NOT_FOUND_OUT else task.verdict is Verdict.PASS
    test = task.first_failure
    message = (test.message if test else None) or task.message
    return {
        "name": task.id,
        "description": one_line(task.title),
        "passed": passed,
        "log": [] if passed else task_text(task).split("\n"),
        "cause": None if passed else _cause(task, message),
        "data": {"points": task.points, "max_points": task.max_points},
        "dependency": _dependency(task),
    }


def _cause(task: TaskReport, message: Message | None) -> dict[str, str]:
    rationale = one_line(message.checked) if message else task.verdict.value
    helped = (message.likely or message.next) if message else None
    return {"rationale": rationale, **({"help": one_line(helped)} if helped else {})}


def _dependency(task: TaskReport) -> str | None:
    """The task that this one waits for, as the message of a skipped task names it in its next command."""
    following = task.message.next if task.verdict is Verdict.SKIPPED and task.message else None
    return following.rpartition(" ")[2] if following else None
