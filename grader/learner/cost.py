"""What a task costs, the learner's code and the reference in the same play, each in a worker of its own."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from grader.course import Course, Task
from grader.device.choice import CPU, Accelerator, using
from grader.intake import Source, SourceProblem, parse_source
from grader.judge.references import References
from grader.judge.subject import SourceSubject, Workers, open_workers
from grader.learner.asked import asked_of
from grader.learner.find import plays_of
from grader.learner.pair import SEED, Cost, Measured, measured
from grader.process.prepare import prepare_torch
from grader.sandbox.transport import APART, WorkerTimeout

MOST_PLAYS = 6  # that are tried
SECONDS = 20.0  # of each worker
NONE_FOUND = "not measured: the tests of this task make no call that can be made again"
TOO_SLOW = f"not measured: one run takes longer than the {SECONDS:.0f} s that are spent on it"
HOW = "operators of torch, the median time of turns with the reference, the most memory that results held at once"
ONE_RUN = "each timed in one run, which is long"
NO_OPERATOR = "the task computes nothing with torch: only the times can be compared"


@dataclass(frozen=True)
class Costs:
    """Both costs of the same calls; None where they could not be measured, and the note says why."""

    call: str = ""
    theirs: Cost | None = None
    reference: Cost | None = None
    note: str = ""


def costs_of(course: Course, task: Task, text: str) -> Costs:
    """Measure a learner's module against the reference on the largest call that the task's suite makes.

    It never raises an Exception: what goes wrong is a note.

    Args:
        course: with solution and suite.
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
        with using(Accelerator(CPU)):
            prepare_torch()
            workers = open_workers("auto")  # before the suite is read
            try:
                return compared(course, task, workers, theirs, reference)
            finally:
                workers.close()
    except Exception as problem:  # the page shows the code all the same
        return Costs(note=_why(problem))


def compared(course: Course, task: Task, workers: Workers, theirs: Source, reference: Source) -> Costs:
    """Measure on the first play that both sides can be given."""
    references, why = References(course), NONE_FOUND
    for play in plays_of(course, references, task)[:MOST_PLAYS]:
        subjects = [
            SourceSubject({task.topic: theirs}, workers.open, references),
            SourceSubject(
                {task.topic: reference}, lambda seconds, _: workers.open(seconds, APART), references
            ),
        ]
        try:
            with contextlib.ExitStack() as stack:
                opened = [
                    stack.enter_context(subject.open(task.topic, SEED, SECONDS)) for subject in subjects
                ]
                found = measured((opened[0], opened[1]), task.name, play)
        except WorkerTimeout:
            return Costs(note=TOO_SLOW)
        except Exception as problem:  # whatever a submission does here keeps nothing but these numbers away
            why = _why(problem)
        else:
            asked = asked_of(getattr(references.module(task.topic), task.name), found)
            return Costs(asked, found.theirs, found.reference, _note(found))
    return Costs(note=why)


def _why(problem: Exception) -> str:
    return f"not measured: {type(problem).__name__}: {str(problem)[:100]}"


def _note(found: Measured) -> str:
    if not found.theirs.operators and not found.reference.operators:
        return NO_OPERATOR
    return f"{HOW}; {ONE_RUN}" if found.once else HOW
