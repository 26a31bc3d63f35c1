"""Keeping torch's compiler away: nothing compiles here, and importing it costs a second.

What would compile or start processes is refused at once, in words that say what to write in its place.

An optimiser of torch imports `torch._dynamo` when it is made and when it steps, only to tell the compiler to look
away. What it does besides is done here as torch does it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.optim import optimizer
from torch.utils.data import DataLoader

ALREADY_DISABLED = "__dynamo_disable"  # where torch keeps what it calls in place of a function
BUILDER, UNCHANGED = "inductor", "eager"  # torch's names for what compiles unless told otherwise, and for nothing
STEP = "_use_grad"  # torch's name for a step that sets the grad mode


def keep_compiler_away() -> None:
    """Make optimisers of torch work without its compiler; a second call changes nothing."""
    for function in vars(optimizer.Optimizer).values():
        original = getattr(function, "__wrapped__", None)
        if callable(original):
            setattr(original, ALREADY_DISABLED, original)
    _refuse_building()
    _refuse_processes()
    for kind in _optimisers():
        step = vars(kind).get("step")
        if getattr(getattr(step, "__code__", None), "co_name", "") == STEP:
            kind.step = _with_grad_mode(step.__wrapped__)


def _refuse_building() -> None:
    """Let torch.compile build no machine code, and what is to stay as it is be that."""
    plain = torch.compile
    if hasattr(plain, "__wrapped__"):
        return

    @functools.wraps(plain)
    def compile(model: Any = None, *, backend: Any = BUILDER, **kwargs: Any) -> Any:
        if backend == BUILDER:
            raise RuntimeError('torch.compile cannot build code in the sandbox: write backend="eager"')
        if backend == UNCHANGED:
            return model if model is not None else lambda decorated: decorated
        return plain(model, backend=backend, **kwargs)

    torch.compile = compile


def _refuse_processes() -> None:
    """Let a DataLoader start no processes."""
    plain = DataLoader.__iter__
    if hasattr(plain, "__wrapped__"):
        return

    @functools.wraps(plain)
    def batches(self: DataLoader[Any]) -> Any:
        if self.num_workers:
            raise RuntimeError(f"num_workers={self.num_workers} starts processes: write num_workers=0")
        return plain(self)

    DataLoader.__iter__ = batches  # type: ignore[method-assign]  # as torch asks for it by this name


def _optimisers() -> Iterator[Any]:
    return (value for value in vars(torch.optim).values() if isinstance(value, type))


def _with_grad_mode(step: Callable[..., Any]) -> Callable[..., Any]:
    """Return a step that runs with gradients only if its optimiser is to be differentiated through."""

    @functools.wraps(step)
    def use_grad(*args: Any, **kwargs: Any) -> Any:
        before = torch.is_grad_enabled()
        try:
            torch.set_grad_enabled(args[0].defaults["differentiable"])
            return step(*args, **kwargs)
        finally:
            torch.set_grad_enabled(before)

    return use_grad
