"""The one structured failure that every check raises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Evidence:
    """What a check saw, whole: the diagnosis compares it with what a known mistake gives."""

    kind: str  # which comparison failed: kind, shape, dtype, device, finite, value, equal, raises, ...
    got: Any
    rtol: float | None = 0.0  # None: by the dtype of each tensor
    atol: float | None = 0.0
    part: Any = None  # of all that was got, the tensor that differs
    is_close: bool = False  # whether all that differs does so by rounding, as of float32


NETWORK = "network"  # what a whole network did: its outputs, gradients and buffers
UNNAMED = Evidence("raises", "unnamed")  # the right class of exception, and a message that lacks a word


class CheckFailure(Exception):
    """A submission's result is not what the task asks for.

    `checked` None means the sentence of the test itself. Texts are one line each.
    """

    def __init__(self, checked: str | None, expected: str, got: str, evidence: Evidence) -> None:
        """Keep the labels of the message and the evidence."""
        super().__init__(f"{checked or 'the result'}: expected {expected}, got {got}")
        self.checked, self.expected, self.got, self.evidence = checked, expected, got, evidence

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it go to another process, where it is made anew."""
        return type(self), (self.checked, self.expected, self.got, self.evidence)


class ForbiddenUse(CheckFailure):
    """The submission used what the task forbids."""


def keep_evidence(problem: Exception, evidence: Evidence) -> None:
    """Attach to an exception of the submission how far its code came, so that two that raise are told apart."""
    vars(problem)["evidence"] = evidence


def evidence_of(problem: Exception) -> Evidence | None:
    """Return what was attached to an exception of the submission."""
    evidence = vars(problem).get("evidence")
    return evidence if isinstance(evidence, Evidence) else None
