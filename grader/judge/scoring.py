"""From the outcomes of tests to the points of a task; tests that idle code passes too are worth nothing by themselves.

Idle is what does nothing, and what answers with zeros, infinities or other constants in the shape that is asked for.
"""

from __future__ import annotations

import copy
import inspect
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.course import Task
from grader.judge.order import Meanwhile
from grader.judge.outcome import CONSTANT, IDLE, Key, Outcome
from grader.judge.runner import Runner, is_statistical, is_visible, title_of, weight_of
from grader.judge.subject import NamespaceSubject, Subject
from grader.report import DECISIVE, Message, TaskReport, TestReport, Verdict


def idle_tests(
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
    """Wrap a function, which runs on copies: what it does to its arguments is lost."""

    def constant(*args: Any, **kwargs: Any) -> Any:
        args, kwargs = copy.deepcopy((args, kwargs))
        return _filled(function(*args, **kwargs), number)

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


ALL_OR_NOTHING = (Verdict.NOT_ATTEMPTED, Verdict.FORBIDDEN, Verdict.SKIPPED)


def verdict_of_task(tests: Sequence[TestReport]) -> Verdict:
    """Return a task's verdict: pass if every test passed, else that of its first failure, with two exceptions."""
    verdicts = [test.verdict for test in tests]
    missed = [verdict for verdict in verdicts if verdict is not Verdict.PASS]
    if not missed:
        return Verdict.PASS
    for special in DECISIVE:
        if special in missed:
            return special
    unwritten = missed.count(Verdict.NOT_ATTEMPTED)
    if unwritten == len(missed) and 2 * unwritten >= len(verdicts):
        return Verdict.NOT_ATTEMPTED
    return next((verdict for verdict in missed if verdict is not Verdict.NOT_ATTEMPTED), Verdict.FAIL)


def score_task(task: Task, tests: Sequence[TestReport], idle: Collection[str] = ()) -> TaskReport:
    """Return the report of a task whose tests were run; `idle` names those that code passes which does nothing."""
    verdict = verdict_of_task(tests)
    share = 0.0 if verdict in ALL_OR_NOTHING else _share(tests, idle)
    return TaskReport(task.id, task.title, verdict, round(task.points * share, 2), task.points, tuple(tests))


def _share(tests: Sequence[TestReport], idle: Collection[str]) -> float:
    """Return the share of the weights that is earned; an idle test counts only as far as the others pass."""
    results = [test for test in tests if test.name not in idle]
    conduct = [test for test in tests if test.name in idle]
    total = _weight(tests)
    return (_weight(_passed(results)) + _ratio(results) * _weight(_passed(conduct))) / total if total else 0.0


def _ratio(tests: Sequence[TestReport]) -> float:
    return _weight(_passed(tests)) / _weight(tests) if _weight(tests) else 1.0


def _weight(tests: Sequence[TestReport]) -> float:
    return sum(test.weight for test in tests)


def _passed(tests: Sequence[TestReport]) -> list[TestReport]:
    return [test for test in tests if test.verdict is Verdict.PASS]


def untested(task: Task, verdict: Verdict, message: Message | None) -> TaskReport:
    """Return the report of a task that could not be tested."""
    return TaskReport(task.id, task.title, verdict, 0.0, task.points, (), message)


def absent(task: Task) -> TaskReport:
    """Return the report of a task whose topic has no file in the submission."""
    text, next_step = f"no {task.topic}.py in the submission", f"copy {task.topic}.py from the exercises"
    return untested(task, Verdict.NOT_ATTEMPTED, Message(task.title, got=text, next=next_step))


def is_open(task: TaskReport) -> bool:
    """Whether a task is still to be solved; one whose tests were all kept back cannot pass here, and is not."""
    return task.verdict is not Verdict.PASS and (task.verdict is not Verdict.SKIPPED or bool(task.tests))


def without_needs(tasks: Iterable[Task]) -> tuple[Task, ...]:
    """Return tasks that are judged on their own, whatever they build on."""
    return tuple(replace(task, needs=()) for task in tasks)


def skip_dependents(tasks: Sequence[Task], reports: Mapping[str, TaskReport]) -> dict[str, TaskReport]:
    """Mark failed tasks that need another failed task as skipped: that one is to be mended first.

    A task that passes by itself keeps its points whatever it was meant to build on.
    """
    result = dict(reports)
    for task in tasks:
        open_needs = [need for need in task.needs if need in result and is_open(result[need])]
        if open_needs and result[task.id].verdict in (Verdict.FAIL, Verdict.ERROR):
            text = f"{open_needs[0]} has not passed, and this task builds on it"
            message = Message(checked=task.title, got=text, next=f"grade hint {open_needs[0]}")
            result[task.id] = replace(result[task.id], verdict=Verdict.SKIPPED, points=0.0, message=message)
    return result


NO_FAILURE = (Verdict.PASS, Verdict.NOT_ATTEMPTED, Verdict.INTERNAL)  # of these the whole suite decides


def is_first_failure(outcomes: Iterable[Outcome]) -> bool:
    """Whether the last of these outcomes, which are settled, is the failure that the result will show first."""
    *before, last = outcomes
    may_pass = last.verdict in NO_FAILURE or last.in_batch
    return not may_pass and all(each.verdict is Verdict.PASS for each in before)


def failing(task: Task, items: Sequence[pytest.Item], tried: Sequence[TestReport]) -> Meanwhile:
    """Tell the first failure; the tests that are still to come only count as its company."""
    return Meanwhile(score_task(task, [*tried, *map(_to_come, items[len(tried) :])]))


def named(task: Task, tests: Sequence[TestReport]) -> Meanwhile | None:
    """Tell all tests, with the mistake if there is a name for it; None where no test has failed."""
    found = score_task(task, tests)
    return None if found.verdict in NO_FAILURE else Meanwhile(found, named=True)


def _to_come(item: pytest.Item) -> TestReport:
    title, weight = title_of(item), weight_of(item)
    return TestReport(item.name, title, Verdict.NOT_ATTEMPTED, is_visible(item), weight, 0.0)
