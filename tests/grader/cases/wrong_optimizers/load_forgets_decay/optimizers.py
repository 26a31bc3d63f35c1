from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor


class ExponentialMovingAverage:
    """Shadow weights."""

    def __init__(self, params: Iterable[Tensor], decay: float) -> None:
        self._params = [p for p in params]
        if len(self._params) == 0:
            raise ValueError("params: need at least one parameter")
        if decay < 0 or decay >= 1:
            raise ValueError(f"decay: expected 0 <= decay < 1, got {decay}")
        self._decay = decay
        self._kept: list[Tensor] = []
        self.averages = [p.detach().clone() for p in self._params]

    def update(self) -> None:
        with torch.no_grad():
            for avg, p in zip(self.averages, self._params, strict=True):
                avg.mul_(self._decay).add_(p, alpha=1 - self._decay)

    def apply(self) -> None:
        if self._kept:
            raise RuntimeError("the averages are applied already")
        self._kept = [p.detach().clone() for p in self._params]
        self._write(self.averages)

    def restore(self) -> None:
        if not self._kept:
            raise RuntimeError("the averages are not applied")
        self._write(self._kept)
        self._kept = []

    def _write(self, values: list[Tensor]) -> None:
        with torch.no_grad():
            for p, value in zip(self._params, values, strict=True):
                p.copy_(value)

    def state_dict(self) -> dict[str, Any]:
        return {"decay": self._decay, "averages": [avg.clone() for avg in self.averages]}

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        for avg, value in zip(self.averages, saved["averages"], strict=True):
            avg.copy_(value)
