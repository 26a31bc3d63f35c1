"""Reading a JSON report back into the same frozen data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.report.model import SCHEMA_VERSION, Environment, Message, Report, TaskReport, TestReport, Verdict
from grader.report.read_artefacts import read_curve, read_path, read_picture, read_table

SCHEMA = Path(__file__).with_name("schema.json")


class NotAReport(ValueError):
    """The text is not a report of a version that is known here; grade again to get a fresh one."""


def from_json(text: str | bytes) -> Report:
    """The report that `text` holds; names that a later version has added are passed over."""
    try:
        return _report(json.loads(text, parse_constant=_no_json))
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
    texts = {
        name: str(value[name])
        for name in ("torchgrade", "python", "torch", "platform", "device", "sandbox", "course_digest")
    }
    return Environment(**texts, layers=tuple(value["layers"]), missing_layers=tuple(value["missing_layers"]))


def _task(value: Mapping[str, Any]) -> TaskReport:
    return TaskReport(
        id=str(value["id"]),
        title=str(value["title"]),
        verdict=Verdict(value["verdict"]),
        points=float(value["points"]),
        max_points=float(value["max_points"]),
        tests=tuple(_test(test) for test in value["tests"]),
        message=_message(value["message"]),
    )


def _test(value: Mapping[str, Any]) -> TestReport:
    return TestReport(
        name=str(value["name"]),
        title=str(value["title"]),
        verdict=Verdict(value["verdict"]),
        visible=bool(value["visible"]),
        weight=float(value["weight"]),
        seconds=float(value["seconds"]),
        message=_message(value["message"]),
        traceback=value["traceback"],
        curves=tuple(read_curve(curve) for curve in value.get("curves", ())),
        paths=tuple(read_path(path) for path in value.get("paths", ())),
        tables=tuple(read_table(table) for table in value.get("tables", ())),
        pictures=tuple(read_picture(picture) for picture in value.get("pictures", ())),
    )


def _message(value: Mapping[str, Any] | None) -> Message | None:
    names = ("checked", "expected", "got", "where", "likely", "mistake", "next")
    return None if value is None else Message(**{name: value[name] for name in names})
