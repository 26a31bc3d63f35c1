"""Which accelerator the tests of devices meet: one for a whole grading, in the judge and in all its workers.

Nothing here initialises CUDA, which does not survive a fork: a process does that itself with its first tensor there.

Numbers on a card differ from the processor's in the last bits, and some sums (`index_add_`, `scatter_add_`, the
backward of an embedding) add in an order that is not fixed. `torch.use_deterministic_algorithms` is left alone: it
turns operators into errors that a right solution may use. `TOLERANCES` allows for both.

Whoever only hands the choice on, as a class run does, need not wait for torch: it is imported where it is used.
"""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

REPEATABLE_PRODUCTS = {
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8"
}  # read when CUDA starts; cuBLAS then repeats its sums

TOLERANCES = {  # relative, absolute: of a result that lies on a card, where a check is given none
    torch.float64: (1e-7, 1e-9), torch.complex128: (1e-7, 1e-9),
    torch.float32: (1e-3, 1e-4), torch.complex64: (1e-3, 1e-4),
    torch.bfloat16: (4e-2, 2e-2), torch.float16: (4e-3, 2e-3),
}  # fmt: skip


def make_repeatable() -> None:
    """Switch off what makes float32 less than float32, and what chooses another algorithm by the clock."""
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True
    for name, value in REPEATABLE_PRODUCTS.items():
        os.environ.setdefault(name, value)


def seed(number: int) -> None:
    """Seed the generators of all cards, now or as soon as CUDA starts."""
    torch.cuda.manual_seed_all(number)


def release_memory() -> None:
    """Give device memory that nothing uses any more back, so that the next test and the neighbours have it."""
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        gc.collect()
        torch.cuda.empty_cache()


if TYPE_CHECKING:
    from torch import Tensor

CPU, CUDA, SIM, META = "cpu", "cuda", "sim", "meta"

_WORDS = {CPU: "cpu, device tests too", SIM: "cpu and simulated accelerator", META: "cpu and meta device"}


@dataclass(frozen=True)
class Accelerator:
    """What stands in the place of an accelerator; plain data, so that it can go to another process."""

    kind: str  # one of the four above
    name: str = ""  # of the card

    @property
    def words(self) -> str:
        """What a report says about it."""
        return _WORDS.get(self.kind) or f"cpu and {CUDA}{f' ({self.name})' if self.name else ''}"

    def take(self, value: Tensor) -> Tensor:
        """Return a copy of a host tensor there, without its history."""
        import torch

        from grader.device import simulated

        if self.kind == SIM:
            return simulated.to_device(value)
        there = value.detach().to(torch.device(self.kind))
        return there.clone() if there.device == value.device else there


def simulated_accelerator() -> Accelerator:
    """The simulated accelerator, or torch's meta device where the installed torch cannot make it."""
    from grader.device import simulated

    return Accelerator(SIM if simulated.available() else META)


_chosen: list[Accelerator] = []


@contextlib.contextmanager
def using(accelerator: Accelerator) -> Iterator[None]:
    """Choose the accelerator for the time within; processes that are forked then have it too."""
    _chosen.append(accelerator)
    try:
        yield
    finally:
        _chosen.pop()


def chosen() -> Accelerator:
    """The accelerator in use; the simulated one where nobody chose."""
    return _chosen[-1] if _chosen else simulated_accelerator()


def computes_on_cuda() -> bool:
    """Whether the accelerator in use is a graphics card; cheaper than asking which one it is."""
    return bool(_chosen) and _chosen[-1].kind == CUDA
