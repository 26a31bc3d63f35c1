"""What became of one test: its verdict, what of it is kept under a seed, and what an exception says about devices.

torch raises one class for a tensor that stayed behind and for shapes that do not fit, and several for a card that is
not there. Its words tell which: a known mistake that raises the same class for another reason is not the one to name.
Which tensor met which, and in which operator, is left out: that depends on how the code was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from grader.proxy.errors import ArgumentChanged, StateLeft, SubmissionError, WrongKind
from grader.proxy.handle import Handle
from grader.report import Verdict
from grader.sandbox.transport import WorkerGone, WorkerMemory, WorkerTimeout
from grader.suite.drawing import Drawing
from grader.suite.failure import UNNAMED, CheckFailure, ForbiddenUse
from grader.wire.value import Record

NO_CARD, TO_NUMPY, MIXED, GENERATOR = "no graphics card", "to numpy", "mixed devices", "generator elsewhere"
FAULTS = (
    (NO_CARD, r"not compiled with CUDA enabled|NVIDIA driver|no CUDA-capable device|No CUDA GPUs"),
    (TO_NUMPY, r"can't convert \S+ device type tensor to numpy"),
    (
        MIXED,
        r"(?:on|in) the same device|at least two devices|indices should be either on|and (?:weight|bias) type \(",
    ),
    (GENERATOR, r"Expected a '?\w+'? device type for generator"),
)


def kind_of_error(error: SubmissionError) -> str:
    """Return the class of an exception, or for a fault of devices what it is about."""
    return next((name for name, pattern in FAULTS if re.search(pattern, error.text)), error.kind)


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
    in_batch: bool = False  # whether the worker had served other tests before
    place: tuple[int, int] = (0, 0)  # where it ended: the line of the suite, and how many calls came before
    given: Mapping[str, Any] = field(default_factory=dict)  # the arguments of the last call, by name
    repeat: str | None = None  # Python that repeats it
    begun: Sequence[Mapping[str, Tensor]] = ()  # weights and buffers that trainings began at


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


MOST_NUMBERS = 8  # of a tensor: enough to tell most results apart
MOST_PARTS = 8  # of a list or dict
MOST_CHARACTERS = 200
KEPT_FROM = ("cpu", "privateuseone")  # by devices whose tolerances are those of the host


@dataclass(frozen=True)
class Cut:
    """The beginning of a value, in lists, text and numbers."""

    beginning: Any


@dataclass(frozen=True)
class Numbers:
    """A short tensor, which goes to another process in a tenth of the time that torch's own takes."""

    values: list[Any]
    dtype: torch.dtype

    def tensor(self) -> Tensor:
        """Return the numbers as a tensor again."""
        return torch.tensor(self.values, dtype=self.dtype)


def fingerprint_of(outcome: Outcome) -> Outcome | None:
    """Return the fingerprint of an outcome, None for one that has none."""
    problem = outcome.problem
    if outcome.verdict is Verdict.PASS:
        return Outcome(Verdict.PASS)
    if not isinstance(problem, CheckFailure) or isinstance(problem, ForbiddenUse):
        return None
    evidence = problem.evidence
    if evidence != UNNAMED:
        evidence = replace(evidence, got=Cut(beginning_of(evidence.got)), pair=None)
    return Outcome(outcome.verdict, CheckFailure(problem.checked, "", "", evidence), place=outcome.place)


def beginning_of(value: Any) -> Any:
    """Return the beginning of a value, which is the same for values that are the same."""
    if isinstance(value, Tensor):
        return _beginning_of_tensor(value)
    if isinstance(value, (list, tuple, Record)):
        return ["parts", len(value), _beginnings(list(value))]
    if type(value) is dict:
        named = sorted((repr(key), part) for key, part in value.items())
        return ["dict", [name for name, _ in named], _beginnings([part for _, part in named])]
    if isinstance(value, Handle):
        return "handle"
    if isinstance(value, float):
        return value
    return f"{type(value).__qualname__} {value!r}"[:MOST_CHARACTERS]


def _beginning_of_tensor(value: Tensor) -> list[Any]:
    found: list[Any] = [f"{tuple(value.shape)} {value.dtype} {value.device}"]
    if value.device.type in KEPT_FROM:
        found.append(Numbers(value.detach().flatten()[:MOST_NUMBERS].cpu().tolist(), value.dtype))
    return found


def _beginnings(parts: Sequence[Any]) -> list[Any]:
    return [beginning_of(part) for part in parts[:MOST_PARTS]]


Key = tuple[int, str, str, str]  # seed, task id, test name, and whose play it is
# Whose: code's that does nothing, code's that answers with one number, the reference's.
IDLE, CONSTANT, REFERENCE = "", "(constant)", "(reference)"
# Whether such code passes; seconds that the reference takes; a fingerprint of what came of a known mistake.
Found = bool | float | Outcome


class Memory:
    """Facts of one seed; with another one everything is found out anew."""

    def __init__(self) -> None:
        """Start with nothing known."""
        self._facts: dict[Key, Found] = {}
        self._fresh: dict[Key, Found] = {}

    def get(self, key: Key) -> Found | None:
        """Return what is known."""
        return self._facts.get(key)

    def put(self, key: Key, found: Found) -> None:
        """Remember what was just found out."""
        self.learn({key: found})
        self._fresh[key] = found

    def learn(self, facts: Mapping[Key, Found]) -> None:
        """Take over what somebody else found out."""
        for key, found in facts.items():
            if self._facts and next(iter(self._facts))[0] != key[0]:
                self._facts.clear()
                self._fresh.clear()
            self._facts[key] = found

    def take_fresh(self) -> dict[Key, Found]:
        """Return what was found out here since the last time."""
        fresh, self._fresh = self._fresh, {}
        return fresh
