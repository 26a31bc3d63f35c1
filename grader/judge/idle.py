"""Tests that idle code passes too: they ask how a result is made, and are worth nothing without a right result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from grader.course import Task
from grader.judge.bench import Bench
from grader.judge.outcome import Outcome
from grader.judge.subject import NamespaceSubject
from grader.report import Verdict


def is_idle(bench: Bench, task: Task, items: Sequence[pytest.Item], outcomes: Mapping[str, Outcome]) -> bool:
    """Whether each test that the submission passes is passed by code that does nothing, and some are not passed.

    Such code leaves its arguments as they were, uses no forbidden function, runs no loop and refuses bad input.
    """
    passed = [item for item in items if outcomes[item.name].verdict is Verdict.PASS]
    if not passed or len(passed) == len(items):
        return False
    names = bench.references.signatures(task.topic).get(task.name, ())
    namespaces = [bench.references.with_variant(task, variant) for variant in _variants(names)]
    subjects = [NamespaceSubject(namespace, bench.references) for namespace in namespaces]
    return all(
        any(bench.play(item, subject).verdict is Verdict.PASS for subject in subjects) for item in passed
    )


def _variants(names: Sequence[str]) -> tuple[Callable[..., Any], ...]:
    def nothing(*args: Any, **kwargs: Any) -> None:
        return None

    def first_argument(*args: Any, **kwargs: Any) -> Any:
        return next(iter((*args, *kwargs.values())), None)

    def refusal(*args: Any, **kwargs: Any) -> Any:
        raise ValueError(", ".join(names))

    return nothing, first_argument, refusal
