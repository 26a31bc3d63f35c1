"""Which accelerator the tests of devices meet: one for a whole grading, in the judge and in all its workers.

Whoever only hands the choice on, as a class run does, need not wait for torch: it is imported where it is used.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

CPU, CUDA, SIM = "cpu", "cuda", "sim"

_WORDS = {CPU: "cpu, device tests too", SIM: "cpu and simulated accelerator"}


@dataclass(frozen=True)
class Accelerator:
    """What stands in the place of an accelerator; plain data, so that it can go to another process."""

    kind: str  # one of the three above
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
    """The simulated accelerator, or the CPU where the installed torch cannot make it."""
    from grader.device import simulated

    return Accelerator(SIM if simulated.available() else CPU)


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
