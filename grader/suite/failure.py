"""The one structured failure that every check raises, and values in words: one number, never a dump."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from grader.proxy.handle import Handle
from grader.wire.value import Record

MAX_TEXT = 90
MOST_NAMES = 3  # of one list
DIGITS, MOST_DIGITS = 6, 17  # of a number: what is enough to look at, and what tells any two apart


def kind_of(value: Any) -> str:
    """Say what kind of thing a value is, with its article."""
    match value:
        case None:
            return "None"
        case bytes():
            return "bytes"
        case Handle():
            return f"an object of class {vars(value)['_class_name']}"
        case Record():
            return f"a named tuple {value!r}"
        case Tensor():
            return f"a tensor of shape {shape_of(value)}"
        case np.ndarray():
            return "a NumPy array"
        case np.generic():
            return f"a NumPy {type(value).__name__}"
        case int() | str() | float() | bool() | complex():
            name = {"str": "a string", "int": "an int"}.get(type(value).__name__, f"a {type(value).__name__}")
            return f"{name}, {short(value)}"
        case list() | tuple() | dict() | set():
            return f"a {type(value).__name__} of {len(value)}"
        case _:
            return f"a {type(value).__name__}"


def shape_of(value: Tensor) -> str:
    """Return a shape as Python writes it."""
    return str(tuple(value.shape))


def device_of(device: torch.device) -> str:
    """Return a device, and what it means where a learner may not know it."""
    return f"{device}, where a tensor has a shape and no values" if device.type == "meta" else str(device)


def dtype_of(dtype: torch.dtype) -> str:
    """Return a dtype without its module."""
    return str(dtype).removeprefix("torch.")


def number(value: Any) -> str:
    """Return a number in six digits."""
    return f"{value:.6g}" if isinstance(value, (float, complex)) else str(value)


def numbers(got: Any, want: Any) -> tuple[str, str]:
    """Return two numbers in six digits, or as many as it takes to tell them apart."""
    if not isinstance(got, (float, complex)) or not isinstance(want, (float, complex)):
        return number(got), number(want)
    if got != want:  # then the sign of a zero says nothing
        got, want = got + 0.0, want + 0.0
    pairs = ((f"{got:.{digits}g}", f"{want:.{digits}g}") for digits in range(DIGITS, MOST_DIGITS + 1))
    return next((pair for pair in pairs if pair[0] != pair[1]), (number(got), number(want)))


def equal_digits(got: Any, want: Any) -> int:
    """Return in how many digits two numbers agree; 0 for numbers that are not finite, or where one is 0."""
    error = abs(got - want) / abs(want) if want and math.isfinite(abs(want)) else math.nan
    return math.floor(0.001 - math.log10(error)) if 0 < error < 1 else 0


def short(value: Any) -> str:
    """Return a plain value in one short line."""
    return _cut(number(value) if isinstance(value, float) else repr(value), 0)


def apart(got: Any, want: Any) -> tuple[str, str]:
    """Return two plain values that differ in one short line each, where they differ.

    Of dicts only the entries that differ are shown, of lists of names those that only one has.
    """
    if isinstance(got, float) and isinstance(want, float):
        return numbers(got, want)
    if _are_names(got) and _are_names(want) and set(got) != set(want):
        return _only(got, want), _around(want, got)
    if type(got) is type(want) is dict:
        parts = [{key: value for key, value in one.items() if key not in other or repr(value) != repr(other[key])}
                 for one, other in ((got, want), (want, got))]  # fmt: skip
        got, want = parts if any(parts) else (got, want)
    return _around(got, want), _around(want, got)


def _around(value: Any, other: Any) -> str:
    text, begun = repr(value), os.path.commonprefix([repr(value), repr(other)])
    return _cut(text, len(begun))


def _cut(text: str, place: int) -> str:
    """Cut a text to one short line that shows what stands at a place."""
    start = max(0, min(place - MAX_TEXT // 2, len(text) - MAX_TEXT))
    part = f"...{text[start + 3 :]}" if start else text
    return part if len(part) <= MAX_TEXT else f"{part[: MAX_TEXT - 3]}..."


def _are_names(value: Any) -> bool:
    return type(value) is list and bool(value) and all(type(part) is str for part in value)


def _only(got: Sequence[str], want: Sequence[str]) -> str:
    """Say which names only one of two lists has."""
    further, missing = ([name for name in one if name not in set(other)] for one, other in ((got, want), (want, got)))
    parts = [("only yours", further), ("missing", missing)]
    return "; ".join(f"{words}: {_listed(names)}" for words, names in parts if names)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(_cut(name, 0) for name in names[:MOST_NAMES]) + more


def place(index: tuple[int, ...]) -> str:
    """Say where an element stands; nothing for a scalar."""
    return f" at [{', '.join(map(str, index))}]" if index else ""


@dataclass(frozen=True)
class Evidence:
    """What a check saw, whole: the diagnosis compares it with what a known mistake gives."""

    kind: str  # which comparison failed: kind, shape, dtype, device, finite, value, equal, raises, ...
    got: Any
    rtol: float | None = 0.0  # None: by the dtype of each tensor
    atol: float | None = 0.0
    part: Any = None  # of all that was got, the tensor that differs
    is_close: bool = False  # whether all that differs does so by rounding, as of float32
    pair: tuple[Any, Any] | None = None  # of all that was compared the part that differs: got, expected


NETWORK = "network"  # what a whole network did: its outputs, gradients and buffers
TRIED = "tried"  # what a check that the learner wrote said of right and of wrong code
UNNAMED = Evidence("raises", "unnamed")  # the right class of exception, and a message that lacks a word


class CheckFailure(Exception):
    """A submission's result is not what the task asks for.

    `checked` None means the sentence of the test itself. Texts are one line each.
    """

    def __init__(self, checked: str | None, expected: str, got: str, evidence: Evidence) -> None:
        """Keep the labels of the message and the evidence."""
        super().__init__(f"{checked or 'the result'}: expected {expected}, got {got}")
        self.checked, self.expected, self.got, self.evidence = checked, expected, got, evidence

    def of_whole(self, whole: Evidence) -> CheckFailure:
        """Return this failure of a part with the evidence of the whole, in which it is the part that differs."""
        return CheckFailure(self.checked, self.expected, self.got, replace(whole, pair=self.evidence.pair))

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
