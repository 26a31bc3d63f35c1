"""Reading a JSON report back into the same frozen data.

Texts, messages and environments that are equal become one object: the reports of a class repeat them by the thousand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from sys import intern
from typing import Any
from weakref import WeakValueDictionary

from grader.report.read_artefacts import read_curve, read_path, read_picture, read_table
from grader.report.report import SCHEMA_VERSION, Environment, Message, Report, TaskReport, TestReport, Verdict

SCHEMA = Path(__file__).with_name("schema.json")
LABELS = ("checked", "expected", "got", "where", "likely", "mistake", "next")
PLACES = ("torchgrade", "python", "torch", "platform", "device", "sandbox", "course_digest")

_environments: WeakValueDictionary[tuple[Any, ...], Environment] = WeakValueDictionary()
_messages: WeakValueDictionary[tuple[Any, ...], Message] = WeakValueDictionary()


class NotAReport(ValueError):
    """The text is not a report of a version that is known here; grade again to get a fresh one."""


def from_json(text: str | bytes) -> Report:
    """The report that `text` holds; names that a later version has added are passed over."""
    with _in_words():
        return _report(json.loads(text, parse_constant=_no_json))


def read_report(value: Mapping[str, Any]) -> Report:
    """The report of the values that its JSON holds.

    Raises:
        NotAReport: they are no report.
    """
    with _in_words():
        return _report(value)


def read_task(value: Mapping[str, Any]) -> TaskReport:
    """The task of the values that stand for it in the JSON of a report.

    Raises:
        NotAReport: they are no task.
    """
    with _in_words():
        return _task(value)


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except NotAReport:
        raise
    except KeyError as missing:
        raise NotAReport(f"not a report: {missing.args[0]!r} is missing") from None
    except (TypeError, ValueError, AttributeError, RecursionError) as problem:
        raise NotAReport(f"not a report: {problem}") from problem


def _no_json(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _report(value: Mapping[str, Any]) -> Report:
    version = value["schema_version"]
    if version != SCHEMA_VERSION:
        raise NotAReport(f"schema_version is {version!r}; this torchgrade reads {SCHEMA_VERSION}")
    return Report(
        submission=str(value["submission"]),
        seed=int(value["seed"]),
        environment=_environment(value["environment"]),
        tasks=tuple(_task(task) for task in value["tasks"]),
        seconds=float(value["seconds"]),
        incomplete=value["incomplete"],
        notes=tuple(value["notes"]),
    )


def _environment(value: Mapping[str, Any]) -> Environment:
    layers, missing = tuple(value["layers"]), tuple(value["missing_layers"])
    texts = tuple(str(value[name]) for name in PLACES)
    key = (texts, layers, missing)
    found = _environments.get(key)
    if found is None:
        named = dict(zip(PLACES, texts, strict=True))
        found = _environments[key] = Environment(**named, layers=layers, missing_layers=missing)
    return found


def _task(value: Mapping[str, Any]) -> TaskReport:
    return TaskReport(
        id=_text(value["id"]),
        title=_text(value["title"]),
        verdict=Verdict(value["verdict"]),
        points=float(value["points"]),
        max_points=float(value["max_points"]),
        tests=tuple(_test(test) for test in value["tests"]),
        message=_message(value["message"]),
    )


def _test(value: Mapping[str, Any]) -> TestReport:
    return TestReport(
        name=_text(value["name"]),
        title=_text(value["title"]),
        verdict=Verdict(value["verdict"]),
        visible=bool(value["visible"]),
        weight=1.0 if value["weight"] == 1 else float(value["weight"]),  # nearly all of them: one object
        seconds=float(value["seconds"]),
        message=_message(value["message"]),
        traceback=value["traceback"],
        is_close=bool(value.get("is_close")),
        printed=value.get("printed"),
        repeat=value.get("repeat"),
        curves=tuple(read_curve(curve) for curve in value.get("curves", ())),
        paths=tuple(read_path(path) for path in value.get("paths", ())),
        tables=tuple(read_table(table) for table in value.get("tables", ())),
        pictures=tuple(read_picture(picture) for picture in value.get("pictures", ())),
    )


def _text(value: object) -> str:
    """A text that other reports have too, such as the title of a test."""
    return intern(str(value))


def _message(value: Mapping[str, Any] | None) -> Message | None:
    if value is None:
        return None
    key = tuple(value[name] for name in LABELS)
    found = _messages.get(key)
    if found is None:
        texts = (intern(text) if isinstance(text, str) else text for text in key)
        found = _messages[key] = Message(**dict(zip(LABELS, texts, strict=True)))
    return found
