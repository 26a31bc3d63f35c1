"""Tests that idle code passes too: they ask how a result is made, and are worth nothing without a right result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from grader.course import Task
from grader.judge.bench import Bench
from grader.judge.memory import IDLE, Key
from grader.judge.outcome import Outcome
from grader.judge.subject import NamespaceSubject, Subject
from grader.report import Verdict


def idle_tests(
    bench: Bench, task: Task, items: Sequence[pytest.Item], outcomes: Mapping[str, Outcome]
) -> frozenset[str]:
    """Return the names of the tests that code passes which does nothing.

    Such code leaves its arguments as they were, uses no forbidden function, runs no loop and refuses bad input.
    Nobody asks where the submission passes all tests or none, so nothing is played then.
    """
    passed = sum(outcomes[item.name].verdict is Verdict.PASS for item in items)
    if passed in (0, len(items)):
        return frozenset()
    _find_out(bench, task, [item for item in items if bench.memory.get(_key(bench, task, item)) is None])
    return frozenset(item.name for item in items if bench.memory.get(_key(bench, task, item)))


def _key(bench: Bench, task: Task, item: pytest.Item) -> Key:
    return bench.seed, task.id, item.name, IDLE


def _find_out(bench: Bench, task: Task, items: Sequence[pytest.Item]) -> None:
    """Play the tests of which it is not known; under one seed it is the same for every submission."""
    names = bench.references.signatures(task.topic).get(task.name, ())
    namespaces = [bench.references.with_variant(task, variant) for variant in _variants(names)]
    subjects = [NamespaceSubject(namespace, bench.references) for namespace in namespaces]
    for item in items:
        passes = any(_passes(bench, item, subject) for subject in subjects)
        bench.memory.put(_key(bench, task, item), passes)


def _passes(bench: Bench, item: pytest.Item, subject: Subject) -> bool:
    return bench.play(item, subject).verdict is Verdict.PASS


def _variants(names: Sequence[str]) -> tuple[Callable[..., Any], ...]:
    def nothing(*args: Any, **kwargs: Any) -> None:
        return None

    def first_argument(*args: Any, **kwargs: Any) -> Any:
        return next(iter((*args, *kwargs.values())), None)

    def refusal(*args: Any, **kwargs: Any) -> Any:
        raise ValueError(", ".join(names))

    return nothing, first_argument, refusal
