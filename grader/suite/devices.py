"""The rules of an accelerator, on any machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

from grader.device.choice import chosen
from grader.suite.compare import check_close
from grader.wire.record import Record


def check_device(
    function: Callable[..., Any],
    *args: Any,
    rtol: float | None = None,
    atol: float | None = None,
    **kwargs: Any,
) -> None:
    """Check that a function computes on the device of its arguments, the same as on the CPU.

    Every tensor among the arguments, also in lists, tuples and dicts, is moved to the accelerator of this grading.

    Raises:
        CheckFailure: the result differs, or lies on another device.
    """
    want = function(*args, **kwargs)
    got = function(*(to_device(arg) for arg in args), **{key: to_device(arg) for key, arg in kwargs.items()})
    check_close(got, to_device(want), rtol=rtol, atol=atol)


def to_device(value: Any) -> Any:
    """Return a value with every tensor in it, also in lists, tuples and dicts, copied to the accelerator.

    It is the one that the grading was started with (`--device`). A tensor's history is left behind; whether it
    requires a gradient is kept.
    """
    if isinstance(value, Tensor):
        return chosen().take(value).requires_grad_(value.requires_grad)
    if isinstance(value, Record):
        return tuple(to_device(part) for part in value)
    if isinstance(value, (list, tuple)):
        return type(value)(to_device(part) for part in value)
    if isinstance(value, Mapping):
        return {key: to_device(part) for key, part in value.items()}
    return value
