"""A light stand-in for the part of torch that reasons about symbolic sizes.

A backward pass with a gradient from above asks that part whether two sizes are equal. Importing it takes a third of a
second and 37 MB, which every fork then carries. Sizes are plain numbers here, so a comparison answers; whatever else
is asked of it imports the original.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Sequence
from typing import Any

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
