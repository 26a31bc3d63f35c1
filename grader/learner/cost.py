"""What a task costs: its own example run with the learner's code and with the reference, each in its own worker.

It runs in the submission's process, which could forge the numbers: they are shown to the learner alone and decide
nothing.
"""

from __future__ import annotations

import ast
import doctest
import statistics
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from grader.course import Course, Task
from grader.device.choice import CPU, Accelerator, using
from grader.intake import Content, Source, SourceProblem, parse_source
from grader.intake.bindings import Definition
from grader.intake.topic_imports import files_needed
from grader.judge.references import References
from grader.judge.subject import SourceSubject, open_workers
from grader.process.prepare import prepare_torch
from grader.proxy.session import Session
from grader.sandbox.transport import APART, WorkerTimeout
from grader.wire.frame import BadFrame


def counted(submission: typing.Any, setup: str, example: str) -> int:
    """Run an example once; return its operators of torch."""
    from torch.utils._python_dispatch import TorchDispatchMode

    class Counter(TorchDispatchMode):  # type: ignore[no-untyped-call]
        operators = 0

        @classmethod
        def _should_skip_dynamo(cls) -> bool:
            return False  # else torch imports its compiler, half a second

        def __torch_dispatch__(
            self, function: typing.Any, types: typing.Any, args: typing.Any = (), kwargs: typing.Any = None
        ) -> typing.Any:
            self.operators += 1
            return function(*args, **(kwargs or {}))

    names = {"torch": torch, "nn": torch.nn, "functional": torch.nn.functional, **vars(submission)}
    exec(setup, names)
    counter = Counter()  # type: ignore[no-untyped-call]
    with counter:
        exec(example, names)
    return int(counter.operators)


def timed(submission: typing.Any, setup: str, example: str) -> float:
    """Return the time of one run of an example that is run again and again, for about a tenth of a second."""
    import timeit

    names = {"torch": torch, "nn": torch.nn, "functional": torch.nn.functional, **vars(submission)}
    exec(setup, names)
    run = {"exec": exec, "code": compile(example, "<example>", "exec"), "names": names}
    timer = timeit.Timer("exec(code, names)", globals=run)  # torch's own one needs setuptools
    number = max(1, int(0.1 / min(timer.repeat(3, 1))))
    return timer.timeit(number) / number


SEED = 1
SECONDS = 20.0  # of each worker
TURNS = 5  # in which the runs are timed
LONGEST_CALL = 160  # characters that are shown of an example
NO_EXAMPLE = "not measured: the docstring of this task has no example that uses it"
TOO_SLOW = f"not measured: one run takes longer than the {SECONDS:.0f} s that are spent on it"
HOW = "operators of torch, and the median time of turns with the reference"
NO_OPERATOR = "the task computes nothing with torch: only the times can be compared"


@dataclass(frozen=True)
class Cost:
    """What one run of an example costs."""

    operators: int
    seconds: float  # the median of all turns


@dataclass(frozen=True)
class Costs:
    """Both costs of the same example; None where they could not be measured, and the note says why."""

    call: str = ""
    theirs: Cost | None = None
    reference: Cost | None = None
    note: str = ""


@dataclass(frozen=True)
class Example:
    """The example of a docstring: what it prepares, and what is measured, from the first use of the task on."""

    setup: str
    body: str

    @property
    def call(self) -> str:
        """The first line that is measured, as code."""
        first, *more = self.body.split("\n")
        return f"{first[:LONGEST_CALL]} ..." if more or len(first) > LONGEST_CALL else first


def costs_of(course: Course, task: Task, text: str) -> Costs:
    """Measure a learner's module against the reference on the task's example.

    It never raises an Exception: what goes wrong is a note.

    Args:
        course: with its solutions.
        task: what is measured.
        text: the learner's module.
    """
    try:
        theirs = parse_source(text.encode(), f"{task.topic}.py")
        reference = parse_source(course.solution_file(task.topic).read_bytes(), f"{task.topic}.py")
        for source in (theirs, reference):
            if isinstance(source, SourceProblem):
                return Costs(note=f"not measured: {source.message.splitlines()[0]}")
        assert isinstance(theirs, Source) and isinstance(reference, Source)
        example = example_of(reference.tree, task.name)
        if example is None:
            return Costs(note=NO_EXAMPLE)
        sides = (_with_imports(course, task.topic, source) for source in (theirs, reference))
        return _compared(course, task, example, *sides)
    except WorkerTimeout:
        return Costs(note=TOO_SLOW)
    except Exception as problem:  # the page shows the code all the same
        return Costs(note=f"not measured: {type(problem).__name__}: {str(problem)[:100]}")


def example_of(module: ast.Module, name: str) -> Example | None:
    """Return the example in the docstring of a definition; None where none uses it."""
    definitions = [node for node in module.body if isinstance(node, Definition) and node.name == name]
    docstring = "".join(ast.get_docstring(node) or "" for node in definitions)
    text = "".join(each.source for each in doctest.DocTestParser().get_examples(docstring))
    statements = ast.parse(text).body
    codes = [ast.get_source_segment(text, statement) or "" for statement in statements]
    for number, statement in enumerate(statements):
        if any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(statement)):
            return Example("\n".join(codes[:number]), "\n".join(codes[number:]))
    return None


def _with_imports(course: Course, topic: str, source: Source) -> dict[str, Source]:
    """Return a topic's module and the references of those that it imports, the same for both sides."""
    files = {slug: Content(f"{slug}.py", course.solution_file(slug).read_bytes()) for slug in course.slugs}
    files[topic] = Content(f"{topic}.py", source.text.encode())
    read = {slug: parse_source(file.data, file.name) for slug, file in files_needed(topic, files).items()}
    return {slug: each for slug, each in read.items() if isinstance(each, Source)}


def _compared(
    course: Course, task: Task, example: Example, theirs: dict[str, Source], reference: dict[str, Source]
) -> Costs:
    with using(Accelerator(CPU)):
        prepare_torch()
        workers = open_workers("auto")  # before anything hidden is read
        try:
            references, slug = References(course), task.topic
            beside = SourceSubject(theirs, workers.worker, references)
            # In a worker that has met no submission.
            apart = SourceSubject(reference, lambda seconds, _: workers.worker(seconds, APART), references)
            with beside.open(slug, SEED, SECONDS) as one, apart.open(slug, SEED, SECONDS) as other:
                mine, ours = measured((one, other), example)
        finally:
            workers.close()
    return Costs(example.call, mine, ours, HOW if mine.operators or ours.operators else NO_OPERATOR)


def measured(sessions: Sequence[Session], example: Example) -> list[Cost]:
    """Measure an example in several workers, turn by turn, so that a busy moment meets all of them.

    Raises:
        BadFrame: a worker answers with something else than numbers.
        Exception: whatever keeps a worker from answering, or what its code raises.
    """
    parts = example.setup, example.body
    counts = [_count(session.ship(counted, True, parts, {})) for session in sessions]
    times = [[_seconds(session.ship(timed, True, parts, {})) for session in sessions] for _ in range(TURNS)]
    medians = map(statistics.median, zip(*times, strict=True))
    return [Cost(count, seconds) for count, seconds in zip(counts, medians, strict=True)]


def _count(answer: Any) -> int:
    if type(answer) is not int:
        raise BadFrame("a count that is none")
    return answer


def _seconds(answer: Any) -> float:
    if type(answer) is not float or not 0 <= answer < 1e6:
        raise BadFrame("a time that is none")
    return answer
