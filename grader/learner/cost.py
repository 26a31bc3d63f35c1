"""What a task costs: its own example run with the learner's code and with the reference, each in its own worker."""

from __future__ import annotations

import ast
import doctest
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.course import Course, Task
from grader.device.choice import CPU, Accelerator, using
from grader.intake import Source, SourceProblem, parse_source
from grader.intake.bindings import Definition
from grader.judge.references import References
from grader.judge.subject import SourceSubject, open_workers
from grader.learner.example_runs import counted, timed
from grader.process.prepare import prepare_torch
from grader.proxy.session import Session
from grader.sandbox.transport import APART, WorkerTimeout
from grader.wire.frame import BadFrame

SEED = 1
SECONDS = 20.0  # of each worker
TURNS = 5  # in which the runs are timed
LONGEST_CALL = 160  # characters that are shown of an example
NO_EXAMPLE = "not measured: the docstring of this task has no example that uses it"
TOO_SLOW = f"not measured: one run takes longer than the {SECONDS:.0f} s that are spent on it"
HOW = "operators of torch, the median time of turns with the reference, the most memory that results held at once"
NO_OPERATOR = "the task computes nothing with torch: only the times can be compared"


@dataclass(frozen=True)
class Cost:
    """What one run of an example costs."""

    operators: int
    seconds: float  # the median of all turns
    bytes: int  # the most that its results held at once; what was there before is left out


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
        return _compared(course, task, example, theirs, reference)
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


def _compared(course: Course, task: Task, example: Example, theirs: Source, reference: Source) -> Costs:
    with using(Accelerator(CPU)):
        prepare_torch()
        workers = open_workers("auto")  # before anything hidden is read
        try:
            references, slug = References(course), task.topic
            beside = SourceSubject({slug: theirs}, workers.open, references)
            # In a worker that has met no submission.
            apart = SourceSubject({slug: reference}, lambda seconds, _: workers.open(seconds, APART), references)
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
    return [Cost(count[0], seconds, count[1]) for count, seconds in zip(counts, medians, strict=True)]


def _count(answer: Any) -> tuple[int, int]:
    match answer:
        case (int(operators), int(held)):
            return operators, held
    raise BadFrame("a count that is none")


def _seconds(answer: Any) -> float:
    if type(answer) is not float or not 0 <= answer < 1e6:
        raise BadFrame("a time that is none")
    return answer
