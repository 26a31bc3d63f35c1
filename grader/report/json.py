"""The report as JSON and back: the names of the schema in `schema.json`, and nothing else.

Texts, messages and environments that are equal become one object: the reports of a class repeat them by the thousand.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import fields, replace
from operator import attrgetter
from pathlib import Path
from sys import intern
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from grader.report import SCHEMA_VERSION, Environment, Message, Report, TaskReport, TestReport
from grader.storage import BadValues, from_plain, to_plain

T = TypeVar("T")
SCHEMA = Path(__file__).with_name("schema.json")
# A list of nothing but numbers goes on one line; text holds no line break in JSON, so none of it is met.
NUMBERS = re.compile(r"\[\n[\s\d.,e+\-]*(?:null[\s\d.,e+\-]*)*\]")
# The order in which a reader wants them.
HEAD = ("schema_version", "submission", "seed", "score", "max_score", "seconds", "incomplete", "notes", "environment")
TASK = ("id", "title", "verdict", "points", "max_points", "details_open", "message")
READ = (1, SCHEMA_VERSION)  # in version 1 every test is of the core
FOR_SOME = ("printed", "repeat")  # of a test: what is left out where there is none

_places = attrgetter(*(each.name for each in fields(Environment)))
_texts = attrgetter(*(each.name for each in fields(Message)))
_environments: WeakValueDictionary[tuple[Any, ...], Environment] = WeakValueDictionary()
_messages: WeakValueDictionary[tuple[Any, ...], Message] = WeakValueDictionary()


class NotAReport(ValueError):
    """The text is not a report of a version that is known here; grade again to get a fresh one."""


def to_json(report: Report) -> str:
    """The report as indented JSON in ASCII, so that any text a submission wrote survives any pipe."""
    text = json.dumps(as_dict(report), indent=2, allow_nan=False)
    return NUMBERS.sub(lambda found: " ".join(found.group().split()), text) + "\n"


def as_dict(report: Report) -> dict[str, Any]:
    """The report as plain values."""
    values = to_plain(report) | {"score": report.score, "max_score": report.max_score}
    tasks = [_plain_task(plain, task) for plain, task in zip(values["tasks"], report.tasks, strict=True)]
    return {name: values[name] for name in HEAD} | {"tasks": tasks}


def _plain_task(values: Mapping[str, Any], task: TaskReport) -> dict[str, Any]:
    tests = [
        {name: value for name, value in test.items() if value is not None or name not in FOR_SOME}
        for test in values["tests"]
    ]
    values = {**values, "details_open": len(task.details_open)}
    return {name: values[name] for name in TASK} | {"tests": tests}


def from_json(text: str | bytes) -> Report:
    """The report that `text` holds; names that a later version has added are passed over.

    Raises:
        NotAReport: it holds none.
    """
    try:
        values = json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError) as problem:
        raise NotAReport(f"not a report: {problem}") from problem
    return read_report(values)


def read_report(values: object) -> Report:
    """The report of the values that its JSON holds.

    Raises:
        NotAReport: they are no report.
    """
    version = values.get("schema_version") if isinstance(values, Mapping) else None
    if version is None:
        raise NotAReport("not a report: 'schema_version' is missing")
    if version not in READ:
        raise NotAReport(f"schema_version is {version!r}; this torchgrade reads {' and '.join(map(str, READ))}")
    report = _read(values, Report)
    return replace(
        report,
        schema_version=SCHEMA_VERSION,
        environment=_shared_environment(report.environment),
        tasks=tuple(_shared_task(task) for task in report.tasks),
    )


def read_task(values: object) -> TaskReport:
    """The task of the values that stand for it in the JSON of a report.

    Raises:
        NotAReport: they are no task.
    """
    return _shared_task(_read(values, TaskReport))


def _read(values: object, kind: type[T]) -> T:
    try:
        return from_plain(values, kind)
    except BadValues as problem:
        raise NotAReport(f"not a report: {problem}") from None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _finite(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise ValueError(f"{digits} is no finite number")
    return number


def _shared_environment(environment: Environment) -> Environment:
    return _environments.setdefault(_places(environment), environment)


def _shared_task(task: TaskReport) -> TaskReport:
    tests = tuple(_shared_test(test) for test in task.tests)
    return replace(
        task, id=intern(task.id), title=intern(task.title), message=_shared_message(task.message), tests=tests
    )


def _shared_test(test: TestReport) -> TestReport:
    weight = 1.0 if test.weight == 1 else test.weight  # nearly all of them: one object
    message = _shared_message(test.message)
    return replace(test, name=intern(test.name), title=intern(test.title), weight=weight, message=message)


def _shared_message(message: Message | None) -> Message | None:
    if message is None:
        return None
    key = _texts(message)
    found = _messages.get(key)
    if found is None:
        texts: list[Any] = [text if text is None else intern(text) for text in key]
        found = _messages[key] = Message(*texts)
    return found
