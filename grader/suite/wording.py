"""Values in words: one number, never a dump."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from grader.proxy.handle import Handle
from grader.wire.record import Record

MAX_TEXT = 90


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
    if isinstance(value, complex):
        return f"{value:.6g}"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def short(value: Any) -> str:
    """Return a plain value in one short line."""
    text = number(value) if isinstance(value, float) else repr(value)
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 3]}..."


def place(index: tuple[int, ...]) -> str:
    """Say where an element stands; nothing for a scalar."""
    return f" at [{', '.join(map(str, index))}]" if index else ""
