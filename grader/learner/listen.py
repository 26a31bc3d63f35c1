"""Which calls of a task its suite makes: the reference is played, and what it is called with is noted."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

PLAIN = (bool, int, float, str, torch.dtype)
UNFIT = object()  # what stands for a value that not every worker can be given


@dataclass(frozen=True)
class Call:
    """One call that a suite makes."""

    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    made_with: tuple[Sequence[Any], Mapping[str, Any]] | None = None

    @property
    def size(self) -> int:
        """How many numbers go in."""
        return sum(v.numel() for v in (*self.args, *self.kwargs.values()) if isinstance(v, torch.Tensor))


def heard(original: Any, note: Callable[[Call], None]) -> Any:
    """Return a function or module class that does the same, and notes each call that did not raise."""
    if not isinstance(original, type):
        return _heard_function(original, note)
    return _heard_module(original, note) if issubclass(original, nn.Module) else original


def _heard_function(original: Callable[..., Any], note: Callable[[Call], None]) -> Callable[..., Any]:
    @functools.wraps(original)
    def function(*args: Any, **kwargs: Any) -> Any:
        kept = _kept((args, kwargs))
        result = original(*args, **kwargs)
        if kept is not UNFIT:
            note(Call(kept[0], kept[1]))
        return result

    return function


def _heard_module(original: type[nn.Module], note: Callable[[Call], None]) -> type[nn.Module]:
    made: weakref.WeakKeyDictionary[nn.Module, Any] = weakref.WeakKeyDictionary()

    def __init__(self: nn.Module, *args: Any, **kwargs: Any) -> None:
        kept = _kept((args, kwargs))
        original.__init__(self, *args, **kwargs)
        if kept is not UNFIT:
            made[self] = kept

    def forward(self: nn.Module, *args: Any, **kwargs: Any) -> Any:
        kept = _kept((args, kwargs))
        result = original.forward(self, *args, **kwargs)
        if kept is not UNFIT and self in made:
            note(Call(kept[0], kept[1], made[self]))
        return result

    return type(original.__name__, (original,), {"__init__": __init__, "forward": forward})


def _kept(value: Any) -> Any:
    """Return a copy of an argument that can be sent to any worker; UNFIT for one that cannot."""
    if type(value) in (list, tuple):
        parts = [_kept(part) for part in value]
        return UNFIT if any(part is UNFIT for part in parts) else type(value)(parts)
    if type(value) is dict:
        entries = {key: _kept(part) for key, part in value.items()}
        return UNFIT if any(part is UNFIT for part in entries.values()) else entries
    if isinstance(value, torch.Tensor):
        plain = value.device.type == "cpu" and value.layout is torch.strided
        return value.detach().clone().requires_grad_(value.requires_grad) if plain else UNFIT
    if isinstance(value, torch.Generator):
        return value.clone_state()
    return value if value is None or type(value) in PLAIN else UNFIT
