"""Which torch functions and operators ran: evidence of style, which the submission could forge.

Operators that are refused are refused below Python too, so that nobody reaches them around the record: by taking its
modes away, or in a thread of one's own. Whoever finds the object that refuses them can still undo it.
"""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from types import FrameType
from typing import Any

import torch
from torch.library import Library
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from grader.device.internals import REFUSAL, has, part


class Functions(TorchFunctionMode):
    """Notes the name of each torch function that is called."""

    def __init__(self) -> None:
        """Start with no names."""
        super().__init__()
        self.names: set[str] = set()

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Note the name and go on."""
        self.names.add(getattr(function, "__name__", str(function)))
        return function(*args, **(kwargs or {}))


class Operators(TorchDispatchMode):
    """Counts the operators that reach the dispatcher."""

    def __init__(self) -> None:
        """Start with no operators."""
        super().__init__()
        self.counts: Counter[str] = Counter()
        self.running = 0  # operators that were counted and have not ended; what they call is theirs

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Keep torch from importing its compiler, half a second, to keep that away from this mode."""
        return False

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Count the operator and go on."""
        self.counts[function.overloadpacket.__name__] += 1
        self.running += 1
        try:
            return function(*args, **(kwargs or {}))
        finally:
            self.running -= 1


class Recorder:
    """Both notebooks for the time of one call, in which some operators are refused."""

    def __init__(self, refused: Iterable[str] = ()) -> None:
        """Start with empty notebooks; `refused` are names of operators, with or without underscores around them."""
        self.functions, self.operators = Functions(), Operators()
        self._refused = tuple(refused)
        self._library: Library | None = None

    def __enter__(self) -> Recorder:
        """Begin to record."""
        if self._refused and has(REFUSAL):
            self._library = self._refuse()
        self.functions.__enter__()
        self.operators.__enter__()
        return self

    def __exit__(self, *problem: Any) -> None:
        """End the record."""
        self.operators.__exit__(*problem)
        self.functions.__exit__(*problem)
        if self._library is not None:
            self._library._destroy()

    def _refuse(self) -> Library:
        library = Library("aten", "IMPL")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns that a kernel gives way
            for name in self._refused:
                for operator in _operators(name):
                    library.impl(operator, self._guard(operator), "CPU", with_keyset=True, allow_override=True)
        return library

    def _guard(self, operator: str) -> Callable[..., Any]:
        """Return a kernel that works for operators which were counted, and refuses everybody else."""
        kernel, name = part("torch.library:get_kernel")(f"aten::{operator}", "CPU"), operator.partition(".")[0]

        def guarded(keys: Any, *args: Any, **kwargs: Any) -> Any:
            if self.operators.running or _is_printing():
                return kernel.call_boxed(keys, *args, **kwargs)
            self.operators.counts[name] += 1
            raise RuntimeError(f"{name} is not to be used here")

        return guarded

    def record(self) -> dict[str, Any]:
        """Return what was seen as plain data."""
        return {"functions": sorted(self.functions.names), "operators": dict(self.operators.counts)}


def _operators(name: str) -> Iterator[str]:
    """Return the operators of a name that compute on the CPU by themselves: `_softmax` and `_softmax.out`."""
    for packet in (f"{before}{name}{after}" for before in ("", "_") for after in ("", "_")):
        overloads = getattr(torch.ops.aten, packet).overloads() if hasattr(torch.ops.aten, packet) else ()
        for operator in (f"{packet}.{overload}".removesuffix(".default") for overload in overloads):
            named = f"aten::{operator}"
            if part(REFUSAL.parts[0])(named) and part(REFUSAL.parts[1])(named, "CPU"):
                yield operator


def _is_printing() -> bool:
    """Whether torch writes a tensor, for which it takes all modes away by itself."""
    frame: FrameType | None = sys._getframe()
    writer = part("torch:_tensor_str").__file__
    while frame is not None and frame.f_code.co_filename != writer:
        frame = frame.f_back
    return frame is not None
