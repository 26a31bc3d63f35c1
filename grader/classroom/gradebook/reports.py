"""Reports in the gradebook: the tasks of each topic are kept once by content, whatever report they are part of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

from grader.classroom.gradebook import contents
from grader.classroom.gradebook.connection import Connection
from grader.classroom.gradebook.errors import BookProblem
from grader.classroom.gradebook.plain import dump, load
from grader.render.choose import topic_of
from grader.render.json import as_dict
from grader.report import NotAReport, Report, TaskReport, from_json

TASKS, PARTS, PRINTED = "tasks", "parts", "printed"


def put_report(connection: Connection, report: Report) -> dict[str, Any]:
    """Keep a report's tasks, and return all the rest with their digests in it."""
    values = as_dict(report)
    for task, plain in zip(report.tasks, values[TASKS], strict=True):
        _add_printed(task, plain)
    parts = groupby(zip(report.tasks, values.pop(TASKS), strict=True), key=lambda pair: topic_of(pair[0]))
    return {
        **values,
        PARTS: [contents.put(connection, _text([task for _, task in part])) for _, part in parts],
    }


def get_report(connection: Connection, facts: dict[str, Any]) -> Report:
    """The report of what `put_report` returned.

    Raises:
        BookProblem: another version of torchgrade has written it, or a part of it is missing.
    """
    texts = [contents.get(connection, digest).decode() for digest in facts[PARTS]]
    head = dump({name: value for name, value in facts.items() if name != PARTS})
    text = f'{head[:-1]},"{TASKS}":[{",".join(texts)}]}}'
    try:
        report = from_json(text)
    except NotAReport as problem:
        remedy = "open it with the torchgrade that wrote it"
        raise BookProblem(
            f"{connection.path}: one of its reports cannot be read: {problem}: {remedy}"
        ) from problem
    return _with_printed(report, load(text)[TASKS]) if f'"{PRINTED}"' in text else report


def _text(tasks: list[dict[str, Any]]) -> bytes:
    return ",".join(json.dumps(task, allow_nan=False, separators=(",", ":")) for task in tasks).encode()


def _add_printed(task: TaskReport, plain: dict[str, Any]) -> None:
    """Add what the tests printed: the gradebook keeps it, although a published report does not show it."""
    for test, values in zip(task.tests, plain["tests"], strict=True):
        if test.printed is not None:
            values[PRINTED] = test.printed


def _with_printed(report: Report, plain: list[dict[str, Any]]) -> Report:
    return replace(report, tasks=tuple(_tasks_with_printed(report, plain)))


def _tasks_with_printed(report: Report, plain: list[dict[str, Any]]) -> Iterator[TaskReport]:
    for task, values in zip(report.tasks, plain, strict=True):
        pairs = zip(task.tests, values["tests"], strict=True)
        yield replace(task, tests=tuple(replace(test, printed=value.get(PRINTED)) for test, value in pairs))
