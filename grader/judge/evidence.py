"""Whether two plays of a test went wrong in the same way."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from grader.judge.device_faults import kind_of_error
from grader.judge.outcome import TELLING, Outcome
from grader.judge.sketch import Cut, Numbers, beginning_of
from grader.proxy.errors import ArgumentChanged, StateLeft, SubmissionError
from grader.proxy.handle import Handle
from grader.report import Verdict
from grader.suite.compare import tolerance
from grader.suite.failure import NETWORK, UNNAMED, CheckFailure, Evidence, evidence_of
from grader.wire.record import Record

OPERATORS = "operators"
SINGLE = (1e-4, 1e-5)  # where the dtype itself is wrong, numbers are compared as float32


def same_outcome(one: Outcome, other: Outcome) -> bool:
    """Whether verdict, failing check and everything that was seen agree, numbers within the check's tolerance.

    If `other` is a sketch, no means no, and yes only that the beginning is the same.
    """
    if Verdict.FORBIDDEN in (one.verdict, other.verdict):
        return True  # how a result was made says nothing about which mistake it holds
    if _passed(one) or _passed(other):
        return _passed(one) and _passed(other)
    return one.verdict is other.verdict and _same_problem(one.problem, other.problem)


def is_telling(outcome: Outcome) -> bool:
    """Whether an outcome says something about which mistake a result holds."""
    return outcome.verdict in TELLING and not _passed(outcome)


def _passed(outcome: Outcome) -> bool:
    """Whether the result is right; a refusal in other words than asked for, but of the right class, is."""
    problem = outcome.problem
    worded = isinstance(problem, CheckFailure) and problem.evidence == UNNAMED
    return outcome.verdict is Verdict.PASS or worded


def _same_problem(one: BaseException | None, other: BaseException | None) -> bool:
    if isinstance(one, CheckFailure) and isinstance(other, CheckFailure):
        # Which sub-module of a network is named first depends on how its author cut it into sub-modules.
        place = one.evidence.kind == other.evidence.kind == NETWORK or one.checked == other.checked
        return place and same_evidence(one.evidence, other.evidence)
    if isinstance(one, SubmissionError) and isinstance(other, SubmissionError):
        seen, seen_too = evidence_of(one), evidence_of(other)
        return kind_of_error(one) == kind_of_error(other) and (
            seen is None or seen_too is None or same_evidence(seen, seen_too)
        )
    if isinstance(one, ArgumentChanged) and isinstance(other, ArgumentChanged):
        return one.name == other.name
    if isinstance(one, StateLeft) and isinstance(other, StateLeft):
        return str(one) == str(other)
    return type(one) is type(other)


def same_evidence(one: Evidence, other: Evidence) -> bool:
    """Whether two failures of one check saw the same, the whole result and not only its first difference."""
    if one.kind != other.kind:
        return False
    if one.kind == OPERATORS:
        return True  # that their number grows is the mistake; how many one round takes is style
    rtol, atol = SINGLE if one.kind == "dtype" else (one.rtol, one.atol)
    return _agree(one.got, other.got, rtol, atol)


def _agree(one: Any, other: Any, rtol: float | None, atol: float | None) -> bool:
    if isinstance(other, Cut):
        return _agree(beginning_of(one), other.beginning, rtol, atol)
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return _close(one, other, rtol, atol)
    if isinstance(one, Numbers) and isinstance(other, Numbers):
        return _close(one.tensor(), other.tensor(), rtol, atol)
    if isinstance(one, (list, tuple, Record)) and isinstance(other, (list, tuple, Record)):
        pairs = list(zip(one, other, strict=False))
        return len(one) == len(other) and all(_agree(a, b, rtol, atol) for a, b in pairs)
    if type(one) is dict and type(other) is dict:
        return one.keys() == other.keys() and all(_agree(one[key], other[key], rtol, atol) for key in one)
    if isinstance(one, Handle) or isinstance(other, Handle):
        return isinstance(one, Handle) and isinstance(other, Handle)
    if isinstance(one, float) and isinstance(other, float):
        return _close(torch.tensor(one).double(), torch.tensor(other).double(), rtol, atol)
    return type(one) is type(other) and repr(one) == repr(other)


def _close(one: Tensor, other: Tensor, rtol: float | None, atol: float | None) -> bool:
    if one.shape != other.shape or one.dtype != other.dtype or one.device != other.device:
        return False
    if one.is_meta:
        return True  # it holds no numbers
    relative, absolute = tolerance(one)
    relative, absolute = relative if rtol is None else rtol, absolute if atol is None else atol
    a, b = one.detach().cpu(), other.detach().cpu()
    return bool(torch.allclose(a, b, max(relative, 1e-7), max(absolute, 1e-12), equal_nan=True))
