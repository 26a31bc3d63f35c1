"""What a task costs, the learner's code and the reference on the same arguments, each in a worker of its own."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import torch

from grader.course import Course, Task
from grader.device.choice import CPU, Accelerator, using
from grader.intake import Source, SourceProblem, parse_source
from grader.judge.bench import Bench, is_statistical
from grader.judge.references import References
from grader.judge.session import run_session
from grader.judge.subject import ReferenceSubject, SourceSubject
from grader.judge.workers import Workers, open_workers
from grader.learner.measure import measure
from grader.proxy.handle import Handle
from grader.proxy.session import Session, describe_call
from grader.worker.prepare import prepare_torch

MOST_TESTS = 15  # of a suite, in which a call is looked for
SECONDS = 10.0
SEED = 1
PLAIN = (bool, int, float, str, type(None), torch.dtype, torch.Generator)
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


@dataclass(frozen=True)
class Call:
    """One call that a suite makes."""

    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    made_with: tuple[Sequence[Any], Mapping[str, Any]] | None = None

    @property
    def size(self) -> int:
        """How many numbers go in."""
        return sum(v.numel() for v in (*self.args, *self.kwargs.values()) if isinstance(v, torch.Tensor))


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
    names = references.signatures(task.topic).get(task.name, ()) if call.made_with is None else ()
    shown = describe_call([*names, *("an argument" for _ in call.args)], call.args, call.kwargs)
    note = "fastest of the calls in 0.2 s each; memory is what the results held at once, arguments left out"
    return Costs(f"one call with {shown}" if shown else "one call", costs[0], costs[1], note)


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

    subject = _Listening(references, task, found)
    run_session(Bench(course, references, subject, SEED, SECONDS), [task], "", play)
    return found


class _Listening(ReferenceSubject):
    """The reference, and a note of each call of one task."""

    def __init__(self, references: References, task: Task, found: list[Call]) -> None:
        super().__init__(references)
        self._task, self._found = task, found

    @contextlib.contextmanager
    def open(self, topic: str, seed: int, seconds: float, room: str = "") -> Iterator[Session]:
        """Start a conversation, and listen to it."""
        with super().open(topic, seed, seconds, room) as session:
            self._listen(session)
            yield session

    def _listen(self, session: Session) -> None:
        call, made = session.call, {}

        def listening(header: dict[str, Any], name: str, args: Any, kwargs: Any, *more: Any) -> Any:
            kept = _kept(args), _kept(kwargs)
            result = call(header, name, args, kwargs, *more)
            if header["op"] != "call" or kept[0] is None or kept[1] is None:
                return result
            if header.get("name") == self._task.name and isinstance(result, Handle):
                made[vars(result)["_number"]] = kept
            elif header.get("name") == self._task.name:
                self._found.append(Call(*kept))
            elif header.get("handle") in made:
                self._found.append(Call(*kept, made_with=made[header["handle"]]))
            return result

        session.call = listening  # type: ignore[method-assign, assignment]


def _kept(value: Any) -> Any:
    """Return a copy of an argument that can be sent to any worker; None for one that cannot."""
    if type(value) in (list, tuple):
        parts = [_kept(part) for part in value]
        unfit = any(part is None and given is not None for part, given in zip(parts, value, strict=True))
        return None if unfit else type(value)(parts)
    if type(value) is dict:
        entries = {key: _kept(part) for key, part in value.items()}
        return None if any(entries[key] is None and value[key] is not None for key in value) else entries
    if isinstance(value, torch.Tensor):
        plain = value.device.type == "cpu" and value.layout is torch.strided
        return value.detach().clone().requires_grad_(value.requires_grad) if plain else None
    if isinstance(value, torch.Generator):
        return value.clone_state()
    return value if isinstance(value, PLAIN) else None
