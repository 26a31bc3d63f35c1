"""An outcome small enough to be kept: what differs from it differs from the outcome; what does not may all the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from grader.judge.outcome import Outcome
from grader.proxy.handle import Handle
from grader.report import Verdict
from grader.suite.failure import UNNAMED, CheckFailure, ForbiddenUse
from grader.wire.record import Record

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


def sketch_of(outcome: Outcome) -> Outcome | None:
    """Return the sketch of an outcome, None for one that has none."""
    problem = outcome.problem
    if outcome.verdict is Verdict.PASS:
        return Outcome(Verdict.PASS)
    if not isinstance(problem, CheckFailure) or isinstance(problem, ForbiddenUse):
        return None
    evidence = problem.evidence
    if evidence != UNNAMED:
        evidence = replace(evidence, got=Cut(beginning_of(evidence.got)))
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
