"""Whether a result shares memory with an argument."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from grader.suite.failure import CheckFailure, Evidence
from grader.suite.wording import kind_of


def _shares(got: Any, x: Tensor, checked: str | None) -> bool:
    if not isinstance(got, Tensor):
        raise CheckFailure(checked, "a tensor", kind_of(got), Evidence("kind", got))
    pointer = got.untyped_storage().data_ptr()
    return pointer != 0 and pointer == x.untyped_storage().data_ptr()  # 0 is the memory of nothing


def check_aliases(got: Any, x: Tensor, checked: str | None = None) -> None:
    """Check that `got` is `x` or a view of its memory."""
    if not _shares(got, x, checked) and got.numel():
        raise CheckFailure(
            checked, "the memory of the argument", "memory of its own", Evidence("memory", False)
        )


def check_owns_memory(got: Any, x: Tensor, checked: str | None = None) -> None:
    """Check that `got` does not share memory with `x`."""
    if _shares(got, x, checked):
        raise CheckFailure(
            checked, "memory of its own", "the memory of the argument", Evidence("memory", True)
        )
