"""What a play asks of a task, in words."""

from __future__ import annotations

import inspect
from typing import Any

import torch

from grader.learner.pair import Measured

MOST = 160  # characters


def asked_of(task: Any, found: Measured) -> str:
    """Say what the play asks of the task: its call with the arguments, or the methods of a class as code."""
    shown = _arguments(getattr(task, "forward", task), found)
    if isinstance(task, type) and issubclass(task, torch.autograd.Function):
        return f"{_methods(task.__name__, found.calls)}: {shown}"
    if isinstance(task, type) and not issubclass(task, torch.nn.Module):
        return _methods(task.__name__, found.calls)[:MOST]
    count = sum(found.calls.values())
    start = "one call" if count == 1 else f"{count} calls, the first"
    return f"{start} with {shown}" if shown else start


def _arguments(function: Any, found: Measured) -> str:
    names = list(inspect.signature(function).parameters)
    pairs = zip(names, found.first, strict=False)  # a positional argument has the name of its place
    shown = [f"{word or name} {text}" for name, (text, word) in pairs if name not in ("self", "ctx")]
    return ", ".join(shown)[:MOST]


def _methods(name: str, calls: dict[str, int]) -> str:
    """Return `SGD(...), 5 x step(...)`, which is the same in any language."""
    named = {name if key == "__init__" else key: count for key, count in calls.items()}
    return ", ".join(f"{key}(...)" if count == 1 else f"{count} x {key}(...)" for key, count in named.items())
