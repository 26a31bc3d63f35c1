"""Tests that code passes which does nothing, or answers with constants: they are worth nothing by themselves.

Constants are zeros, infinities and others, in the shape that is asked for.
"""

from __future__ import annotations

import copy
import inspect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.course import Task
from grader.judge.outcome import CONSTANT, IDLE, Key, Outcome
from grader.judge.runner import Runner, is_statistical
from grader.judge.subject import NamespaceSubject, Subject
from grader.report import Verdict


def no_op_tests(
    runner: Runner, task: Task, items: Sequence[pytest.Item], outcomes: Mapping[str, Outcome]
) -> frozenset[str]:
    """Return the names of the tests that code passes which does nothing.

    Such code leaves its arguments as they were, uses no forbidden function, runs no loop and refuses bad input.
    Constant answers count only for a submission that passes nothing else: who passes one test more has computed
    something. Nobody asks where the submission passes all tests or none, so nothing is played then.
    """
    passed = [item for item in items if outcomes[item.name].verdict is Verdict.PASS]
    if len(passed) in (0, len(items)):
        return frozenset()
    names = runner.references.signatures(task.topic).get(task.name, ())
    nothing = _subjects(runner, task, _variants(names))
    idle = frozenset(item.name for item in items if _is_passed_by(runner, task, item, IDLE, nothing))
    others = sorted((item for item in passed if item.name not in idle), key=lambda item: outcomes[item.name].seconds)
    if not runner.references.is_known(task.topic) or any(map(is_statistical, passed)):
        return idle  # what trains or samples is passed by no constant, and is dear to play
    constant = _subjects(runner, task, _constants(getattr(runner.references.module(task.topic), task.name)))
    if all(_is_passed_by(runner, task, item, CONSTANT, constant) for item in others):
        return idle.union(item.name for item in others)
    return idle


def _subjects(runner: Runner, task: Task, variants: Sequence[Callable[..., Any]]) -> list[Subject]:
    namespaces = [runner.references.with_variant(task, variant) for variant in variants]
    return [NamespaceSubject(namespace, runner.references) for namespace in namespaces]


def _is_passed_by(runner: Runner, task: Task, item: pytest.Item, whose: str, subjects: Sequence[Subject]) -> bool:
    """Whether one of the subjects passes a test; under one seed it is the same for every submission."""
    key: Key = (runner.seed, task.id, item.name, whose)
    if runner.memory.get(key) is None:
        runner.memory.put(key, any(_passes(runner, item, subject) for subject in subjects))
    return bool(runner.memory.get(key))


def _passes(runner: Runner, item: pytest.Item, subject: Subject) -> bool:
    return runner.play(item, subject).verdict is Verdict.PASS


def _variants(names: Sequence[str]) -> tuple[Callable[..., Any], ...]:
    def nothing(*args: Any, **kwargs: Any) -> None:
        return None

    def first_argument(*args: Any, **kwargs: Any) -> Any:
        return next(iter((*args, *kwargs.values())), None)

    def refusal(*args: Any, **kwargs: Any) -> Any:
        raise ValueError(", ".join(names))

    return nothing, first_argument, refusal


CONSTANTS = (0.0, 1.0, math.inf, -math.inf, math.nan)


def _constants(reference: Any) -> tuple[Callable[..., Any], ...]:
    """Return code that answers like the reference, with another constant in the place of every number."""
    make = _constant_class if inspect.isclass(reference) else _constant_function
    return tuple(make(reference, number) for number in CONSTANTS)


def _constant_function(function: Callable[..., Any], number: float) -> Callable[..., Any]:
    """Wrap a function, which runs on copies: what it does to its arguments is lost, and what a check asserts."""

    def constant(*args: Any, **kwargs: Any) -> Any:
        args, kwargs = copy.deepcopy((args, kwargs))
        try:
            return _filled(function(*args, **kwargs), number)
        except AssertionError:
            return None

    return constant


def _constant_class(kind: type, number: float) -> type:
    """Wrap all methods of a class but those that make an object."""
    return type(kind.__name__, (kind,), dict(_constant_methods(kind, number)))


def _constant_methods(kind: type, number: float) -> Iterator[tuple[str, Any]]:
    for name, method in vars(kind).items():
        if isinstance(method, staticmethod):
            yield name, staticmethod(_constant_function(method.__func__, number))
        elif inspect.isfunction(method) and name not in ("__init__", "__new__"):
            yield name, _constant_function(method, number)


def _filled(value: Any, number: float) -> Any:
    if isinstance(value, Tensor):
        is_whole = not (value.is_floating_point() or value.is_complex())
        return torch.full_like(value, number == 1 if is_whole else number)
    if isinstance(value, (bool, int)):
        return type(value)(number == 1)
    if isinstance(value, float):
        return number
    if isinstance(value, (list, tuple)):
        parts = [_filled(part, number) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    if type(value) is dict:
        return {key: _filled(part, number) for key, part in value.items()}
    return value
