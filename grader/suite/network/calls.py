"""The calls of sub-modules on the way through a network, as a play of it tells them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from grader.suite.compare import check_close, tolerance
from grader.suite.failure import CheckFailure, Evidence
from grader.wire.limits import MAX_DIMENSIONS, MAX_ELEMENTS

MOST_CALLS = 300
MOST_TENSORS = 4  # that go into a call, or come out
LONGEST_NAME = 100
KINDS_OF_PARTS = (  # of a call as it arrives: one that came to its end, and one that raised
    [str, str, int, int, int, list, list],
    [str, str, int, int, type(None), list, type(None)],
)

Shape = tuple[int, ...]
Seen = tuple[Shape, Tensor | None]  # a tensor's shape, and its values where there was room for them


@dataclass(frozen=True, eq=False)  # tensors have no plain equality
class Call:
    """One call of a sub-module."""

    name: str
    kind: str  # the name of its class
    number: int  # of this call among those of the same sub-module
    start: int
    end: int | None  # None: it raised
    inputs: tuple[Seen, ...]
    outputs: tuple[Seen, ...]

    @property
    def key(self) -> tuple[str, int]:
        """What a call of another net must share to be its counterpart."""
        return self.name, self.number


def calls_of(answer: Any) -> list[Call]:
    """Return the calls that a play tells of; nothing of what is malformed."""
    rows = answer.get("calls") if type(answer) is dict else None
    found = [_call(row) for row in rows[:MOST_CALLS]] if type(rows) is list else []
    return [call for call in found if call is not None]


def matched(theirs: Sequence[Call], ours: Sequence[Call]) -> dict[tuple[str, int], Call]:
    """Return their calls that have a counterpart: a sub-module of the same name, called as often."""
    often = [Counter(call.name for call in calls) for calls in (theirs, ours)]
    return {call.key: call for call in theirs if often[0][call.name] == often[1][call.name]}


def difference(
    theirs: Sequence[Seen], ours: Sequence[Seen], rtol: float | None, atol: float | None
) -> CheckFailure | None:
    """Return the first difference between what went in or came out of two calls, as far as both are known.

    Another number of tensors, and the same numbers in another shape, are style.
    """
    if len(theirs) != len(ours):
        return None
    for (shape, got), (demanded, want) in zip(theirs, ours, strict=True):
        failure = _difference(shape, got, demanded, want, rtol, atol)
        if failure is not None:
            return failure
    return None


def _difference(
    shape: Shape,
    got: Tensor | None,
    demanded: Shape,
    want: Tensor | None,
    rtol: float | None,
    atol: float | None,
) -> CheckFailure | None:
    another = CheckFailure(None, f"shape {demanded}", f"shape {shape}", Evidence("shape", None))
    reshaped = shape != demanded
    if got is None or want is None or got.numel() != want.numel():
        return another if reshaped else None
    relative, absolute = tolerance(got)
    relative, absolute = relative if rtol is None else rtol, absolute if atol is None else atol
    try:
        check_close(got.detach().cpu().reshape(demanded), want, rtol=relative, atol=absolute)
    except CheckFailure as failure:
        return another if reshaped else failure
    return None


def _call(row: Any) -> Call | None:
    if type(row) is not list or [type(part) for part in row] not in KINDS_OF_PARTS:
        return None
    name, kind, number, start, end, inputs, outputs = row
    try:
        seen = _seen(inputs), _seen(outputs or [])
    except (TypeError, ValueError):
        return None
    return Call(name[:LONGEST_NAME], kind[:LONGEST_NAME], number, start, end, *seen)


def _seen(rows: Any) -> tuple[Seen, ...]:
    return tuple(_tensor(shape, value) for shape, value in rows[:MOST_TENSORS])


def _tensor(shape: Any, value: Any) -> Seen:
    if type(value) is Tensor and value.device.type != "meta":
        return tuple(value.shape), value
    if type(shape) is not list or len(shape) > MAX_DIMENSIONS:
        raise ValueError("a shape that is none")
    if any(type(size) is not int or not 0 <= size <= MAX_ELEMENTS for size in shape):
        raise ValueError("a size that is none")
    return tuple(shape), None
