"""What every process that runs torch code does to torch first: no compiler, no symbolic sizes, one thread.

What would compile or start processes is refused at once, in words that say what to write in its place.

An optimiser of torch imports `torch._dynamo` when it is made and when it steps, only to tell the compiler to look
away. What it does besides is done here as torch does it.

A backward pass with a gradient from above asks that part whether two sizes are equal. Importing it takes a third of a
second and 37 MB, which every fork then carries. Sizes are plain numbers here, so a comparison answers; whatever else
is asked of it imports the original.
"""

from __future__ import annotations

import functools
import importlib
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch.optim import optimizer
from torch.utils.data import DataLoader

from grader.device import cuda, simulated
from grader.device.choice import CUDA, chosen
from grader.device.internals import COMPARISON, has


def prepare_torch() -> None:
    """Make the accelerator known, and optimisers and gradients quick to start; a second call changes nothing.

    It comes before the first backward of the process, as the simulated accelerator does, and beside a graphics card
    that one is left out: torch takes it for the only accelerator there is.
    """
    if chosen().kind == CUDA:
        cuda.make_repeatable()
    else:
        simulated.register_if_available()
    keep_compiler_away()
    stand_in()
    if has(COMPARISON):  # assert_close asks each tensor whether it is a DTensor, and imports 520 modules for it
        sys.modules["torch.testing._comparison"].__dict__["_HAS_DTENSOR"] = False


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


NAME = "torch.fx.experimental.symbolic_shapes"


class _Shapes(types.ModuleType):
    """The module, as long as nobody wants more of it than a backward pass does."""

    def __getattr__(self, name: str) -> Any:
        """Look where the original has it."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(_original(), name)

    @staticmethod
    def sym_eq(first: Sequence[Any], second: Sequence[Any]) -> Any:
        """Whether two sizes are equal."""
        if all(type(size) is int for size in (*first, *second)):
            return tuple(first) == tuple(second)
        return _original().sym_eq(first, second)

    @staticmethod
    def expect_true(fact: Any, skip: int = 0) -> Any:
        """Return a fact that is known."""
        return fact if type(fact) is bool else _original().expect_true(fact, skip + 1)


def _original() -> Any:
    """The original, in its own place from now on."""
    if type(sys.modules.get(NAME)) is _Shapes:
        del sys.modules[NAME]
    return importlib.import_module(NAME)


def stand_in() -> None:
    """Stand in for the original, unless that is there already; a second call changes nothing."""
    sys.modules.setdefault(NAME, _Shapes(NAME))
