"""Progress as JSON that a person can read, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from grader.learner.model import Failure, Progress, TaskProgress
from grader.report import Verdict

VERSION = 1


class Damaged(ValueError):
    """A text is not what this version writes; the message says what is wrong."""


class Newer(Damaged):
    """A text was written by a later version, and is not ours to change."""


def to_text(progress: Progress) -> str:
    """Return the progress as indented JSON, what is not known left out."""
    tasks = {task_id: _known(asdict(entry)) for task_id, entry in progress.tasks.items()}
    return json.dumps({"version": VERSION, "tasks": tasks}, indent=2, ensure_ascii=False) + "\n"


def from_text(text: str) -> Progress:
    """Read what `to_text` wrote.

    Raises:
        Damaged: it is not that.
    """
    try:
        values = json.loads(text)
        if not isinstance(values, dict) or not isinstance(values["version"], int):
            raise Damaged("no version is named")
        if values["version"] > VERSION:
            raise Newer(f"version {values['version']} was written by a later torchgrade")
        return Progress({str(task_id): _entry(entry) for task_id, entry in values["tasks"].items()})
    except Damaged:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError) as problem:
        raise Damaged(f"{type(problem).__name__}: {problem}") from problem


def _known(entry: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in entry.items() if value not in (None, (), False)}
    if entry["failure"] is not None:
        kept["failure"] = {key: value for key, value in entry["failure"].items() if value is not None}
    return kept


def _entry(values: Mapping[str, Any]) -> TaskProgress:
    failure = values.get("failure")
    return TaskProgress(
        best=_verdict(values.get("best")),
        last=_verdict(values.get("last")),
        passed=_text(values.get("passed")),
        attempts=int(values.get("attempts", 0)),
        failure=None if failure is None else _failure(failure),
        hints=tuple(int(number) for number in values.get("hints", ())),
        solution=_text(values.get("solution")),
        code=_text(values.get("code")),
        passed_code=_text(values.get("passed_code")),
        given_up=values.get("given_up") is True,
    )


def _failure(values: Mapping[str, Any]) -> Failure:
    return Failure(**{each.name: _text(values.get(each.name)) for each in fields(Failure)})


def _verdict(value: object) -> Verdict | None:
    return None if value is None else Verdict(str(value))


def _text(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise Damaged(f"{value!r} is no text")
    return value
