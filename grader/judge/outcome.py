"""What became of one test: the exception that ended it, and the verdict that follows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch

from grader.proxy.errors import ArgumentChanged, StateLeft, SubmissionError, WrongKind
from grader.report import Verdict
from grader.sandbox.errors import WorkerGone, WorkerMemory, WorkerTimeout
from grader.suite.drawing import Drawing
from grader.suite.failure import CheckFailure, ForbiddenUse

TELLING = (Verdict.FAIL, Verdict.ERROR)  # of a mistake
MEMORY_WORDS = ("can't allocate memory", "cannot allocate memory", "not enough memory", "out of memory")


@dataclass(frozen=True)
class Outcome:
    """One play of one test."""

    verdict: Verdict
    problem: BaseException | None = None
    seconds: float = 0.0
    where: str = ""  # the arguments of the last call
    printed: str = ""
    drawing: Drawing = field(default_factory=Drawing)
    in_company: bool = False  # whether the worker had served other tests before
    place: tuple[int, int] = (0, 0)  # where it ended: the line of the suite, and how many calls came before
    given: Any = ()  # the arguments of the last call
    repeat: str | None = None  # Python that repeats it


def leaves_a_worker(outcome: Outcome) -> bool:
    """Whether the worker can serve the next test: it answered all that it was asked, and held to the rules."""
    plain = isinstance(outcome.problem, (CheckFailure, SubmissionError))
    return outcome.verdict is Verdict.PASS or (outcome.verdict in TELLING and plain)


def is_close(outcome: Outcome) -> bool:
    """Whether the result is right but for rounding."""
    return isinstance(outcome.problem, CheckFailure) and outcome.problem.evidence.is_close


def of_a_full_device(problem: BaseException | None) -> bool:
    """Whether the memory of a device was used up: torch then raises a class of its own, there or here."""
    if isinstance(problem, SubmissionError):
        return problem.kind == torch.OutOfMemoryError.__name__
    return isinstance(problem, torch.OutOfMemoryError)


def verdict_of(problem: BaseException | None) -> Verdict:
    """Return the verdict on a test that ended with `problem`; INTERNAL for what is not the submission's doing."""
    match problem:
        case None:
            return Verdict.PASS
        case ForbiddenUse():
            return Verdict.FORBIDDEN
        case CheckFailure() | ArgumentChanged() | StateLeft() | WrongKind():
            return Verdict.FAIL
        case SubmissionError():
            return _verdict_of_theirs(problem)
        case WorkerTimeout():
            return Verdict.TIMEOUT
        case WorkerMemory() | torch.OutOfMemoryError():
            return Verdict.MEMORY
        case WorkerGone():
            return Verdict.ERROR
        case _:
            return Verdict.INTERNAL


def _verdict_of_theirs(problem: SubmissionError) -> Verdict:
    if isinstance(problem, NotImplementedError):
        return Verdict.NOT_ATTEMPTED
    if isinstance(problem, PermissionError):
        return Verdict.FORBIDDEN
    text = problem.text.lower()
    if isinstance(problem, MemoryError) or any(words in text for words in MEMORY_WORDS):
        return Verdict.MEMORY
    return Verdict.ERROR
