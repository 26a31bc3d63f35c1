"""What a task costs, the learner's code and the reference on the same arguments, each in a worker of its own."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from grader.course import Course, Task
from grader.device.choice import CPU, Accelerator, using
from grader.intake import Source, SourceProblem, parse_source
from grader.judge.bench import Bench, is_statistical
from grader.judge.references import References
from grader.judge.session import run_session
from grader.judge.subject import NamespaceSubject, SourceSubject
from grader.judge.workers import Workers, open_workers
from grader.learner.listen import Call, heard
from grader.learner.measure import measure
from grader.proxy.session import describe_call
from grader.worker.prepare import prepare_torch

MOST_TESTS = 15  # of a suite, in which a call is looked for
SECONDS = 10.0
SEED = 1
NONE_FOUND = "not measured: the tests of this task make no call with plain arguments"


@dataclass(frozen=True)
class Cost:
    """What one call costs."""

    operators: int
    seconds: float  # the fastest of many
    bytes: int  # the most that its results held at once, arguments and parameters left out


@dataclass(frozen=True)
class Costs:
    """Both costs of the same call; None where one could not be measured, and the note says why."""

    call: str = ""
    theirs: Cost | None = None
    reference: Cost | None = None
    note: str = ""


def costs_of(course: Course, task: Task, text: str) -> Costs:
    """Measure a learner's module against the reference on the largest call that the task's suite makes.

    Args:
        course: with solution and suite.
        task: what is measured.
        text: the learner's module.
    """
    theirs = parse_source(text.encode(), f"{task.topic}.py")
    reference = parse_source(course.solution_file(task.topic).read_bytes(), f"{task.topic}.py")
    for source in (theirs, reference):
        if isinstance(source, SourceProblem):
            return Costs(note=f"not measured: {source.message.splitlines()[0]}")
    assert isinstance(theirs, Source) and isinstance(reference, Source)
    with using(Accelerator(CPU)):
        prepare_torch()
        workers = open_workers("auto")  # before the suite is read
        try:
            return _compared(course, task, workers, theirs, reference)
        finally:
            workers.close()


def _compared(course: Course, task: Task, workers: Workers, theirs: Source, reference: Source) -> Costs:
    references = References(course)
    calls = calls_of(course, references, task)
    if not calls:
        return Costs(note=NONE_FOUND)
    call = max(calls, key=lambda each: each.size)
    costs = []
    for source in (theirs, reference):
        subject = SourceSubject({task.topic: source}, workers.open, references)
        try:
            costs.append(_measured(subject, task, call))
        except Exception as problem:  # whatever a submission does here keeps nothing but these numbers away
            return Costs(note=f"not measured: {type(problem).__name__}: {str(problem)[:100]}")
    task_itself = getattr(references.module(task.topic), task.name)
    names = _names(task_itself if call.made_with is None else task_itself.forward)
    shown = describe_call(names[call.made_with is not None :], call.args, call.kwargs)
    note = "fastest of the calls in 0.2 s each; memory is what the results held at once, arguments left out"
    return Costs(f"one call with {shown}" if shown else "one call", costs[0], costs[1], note)


def _names(function: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(function).parameters)


def _measured(subject: SourceSubject, task: Task, call: Call) -> Cost:
    with subject.open(task.topic, SEED, SECONDS) as session:
        made_with = None if call.made_with is None else tuple(map(copy.copy, call.made_with))
        values = session.ship(measure, True, (task.name, made_with, list(call.args), dict(call.kwargs)), {})
    operators, seconds, held = values
    if type(operators) is not int or type(seconds) is not float or type(held) is not int:
        raise TypeError("something that is no cost")
    return Cost(operators, seconds, held)


def calls_of(course: Course, references: References, task: Task) -> list[Call]:
    """Return the calls with plain arguments that the first tests of a task's suite make on the reference."""
    found: list[Call] = []

    def play(bench: Bench, by_task: dict[str, list[pytest.Item]]) -> None:
        items = [item for item in by_task.get(task.id, []) if not is_statistical(item)]
        for item in items[:MOST_TESTS]:
            bench.run(item, None)

    original = getattr(references.module(task.topic), task.name)
    namespace = references.with_variant(task, heard(original, found.append))
    bench = Bench(course, references, NamespaceSubject(namespace, references), SEED, SECONDS)
    run_session(bench, [task], "", play)
    return found
