"""Whether two plays of a test went wrong in the same way."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from grader.judge.outcome import Outcome
from grader.proxy.errors import ArgumentChanged, StateLeft, SubmissionError
from grader.proxy.handle import Handle
from grader.report import Verdict
from grader.suite.failure import CheckFailure, Evidence
from grader.wire.record import Record


def same_outcome(one: Outcome, other: Outcome) -> bool:
    """Whether verdict, failing check and everything that was seen agree, numbers within the check's tolerance."""
    if Verdict.FORBIDDEN in (one.verdict, other.verdict):
        return True  # how a result was made says nothing about which mistake it holds
    if one.verdict is not other.verdict:
        return False
    return one.verdict is Verdict.PASS or _same_problem(one.problem, other.problem)


def _same_problem(one: BaseException | None, other: BaseException | None) -> bool:
    if isinstance(one, CheckFailure) and isinstance(other, CheckFailure):
        return one.checked == other.checked and same_evidence(one.evidence, other.evidence)
    if isinstance(one, SubmissionError) and isinstance(other, SubmissionError):
        return one.kind == other.kind
    if isinstance(one, ArgumentChanged) and isinstance(other, ArgumentChanged):
        return one.name == other.name
    if isinstance(one, StateLeft) and isinstance(other, StateLeft):
        return str(one) == str(other)
    return type(one) is type(other)


def same_evidence(one: Evidence, other: Evidence) -> bool:
    """Whether two failures of one check saw the same, the whole result and not only its first difference."""
    return one.kind == other.kind and _agree(one.got, other.got, one.rtol, one.atol)


def _agree(one: Any, other: Any, rtol: float, atol: float) -> bool:
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        if one.shape != other.shape or one.dtype != other.dtype or one.device != other.device:
            return False
        a, b = one.detach().cpu(), other.detach().cpu()
        return bool(torch.allclose(a, b, max(rtol, 1e-7), max(atol, 1e-12), equal_nan=True))
    if isinstance(one, (list, tuple, Record)) and isinstance(other, (list, tuple, Record)):
        pairs = list(zip(one, other, strict=False))
        return len(one) == len(other) and all(_agree(a, b, rtol, atol) for a, b in pairs)
    if isinstance(one, Handle) or isinstance(other, Handle):
        return isinstance(one, Handle) and isinstance(other, Handle)
    if isinstance(one, float) and isinstance(other, float):
        return _agree(torch.tensor(one), torch.tensor(other), rtol, atol)
    return type(one) is type(other) and repr(one) == repr(other)
