"""Reports in the gradebook: the tasks of each topic are kept once by content, whatever report they are part of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, groupby
from typing import Any

from grader.classroom.gradebook import contents
from grader.classroom.gradebook.connection import Connection
from grader.classroom.gradebook.errors import BookProblem
from grader.classroom.gradebook.plain import dump, load
from grader.render.choose import topic_of
from grader.render.json import as_dict
from grader.report import NotAReport, Report, TaskReport
from grader.report.read import read_report, read_task

TASKS, PARTS = "tasks", "parts"


def put_report(connection: Connection, report: Report) -> dict[str, Any]:
    """Keep a report's tasks, and return all the rest with their digests in it."""
    values = as_dict(replace(report, tasks=())) | {"score": report.score, "max_score": report.max_score}
    del values[TASKS]
    parts = (tuple(part) for _, part in groupby(report.tasks, key=topic_of))
    return {**values, PARTS: [_put_part(connection, report, part) for part in parts]}


def get_report(connection: Connection, facts: Mapping[str, Any]) -> Report:
    """The report of what `put_report` returned.

    Raises:
        BookProblem: another version of torchgrade has written it, or a part of it is missing.
    """
    with _in_words(connection):
        head = read_report({**facts, TASKS: []})
        return replace(
            head, tasks=tuple(chain.from_iterable(_get_part(connection, one) for one in facts[PARTS]))
        )


def _put_part(connection: Connection, report: Report, tasks: tuple[TaskReport, ...]) -> str:
    """Keep the tasks of a topic; those that were read from this file are in it as they are."""
    plain = as_dict(replace(report, tasks=tasks))[TASKS]
    return connection.tasks.digest_of(tasks) or contents.put(connection, ",".join(map(dump, plain)).encode())


def _get_part(connection: Connection, digest: str) -> tuple[TaskReport, ...]:
    """Return the tasks of a topic, the very ones that somebody still holds."""
    tasks = connection.tasks.things_of(digest)
    if not tasks:
        plain = load(f"[{contents.get(connection, digest).decode()}]")
        tasks = tuple(read_task(task) for task in plain)
        connection.tasks.add(digest, tasks)
    return tasks


@contextmanager
def _in_words(connection: Connection) -> Iterator[None]:
    try:
        yield
    except NotAReport as problem:
        remedy = "open it with the torchgrade that wrote it"
        raise BookProblem(
            f"{connection.path}: one of its reports cannot be read: {problem}: {remedy}"
        ) from problem
