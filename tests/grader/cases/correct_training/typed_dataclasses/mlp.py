from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn


class Activation(NamedTuple):
    value: Tensor
    derivative: Tensor


@dataclass(frozen=True)
class Halves:
    """A function computed from the right on positive numbers, and from the left on the others."""

    right: Callable[[Tensor], Tensor]
    left: Callable[[Tensor], Tensor]

    def __call__(self, x: Tensor) -> Tensor:
        return torch.where(x > 0, self.right(x.clamp(min=0)), self.left(x.clamp(max=0)))


def sigmoid(x: Tensor) -> Activation:
    logistic = Halves(right=lambda p: 1 / (1 + torch.exp(-p)), left=lambda n: n.exp() / (1 + n.exp()))
    value: Tensor = logistic(x)
    return Activation(value, value * (1 - value))


class Linear(nn.Module):
    weight: nn.Parameter
    bias: nn.Parameter | None

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()
        bound: float = 1.0 / math.sqrt(in_features)
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        product: Tensor = torch.einsum("...d,kd->...k", x, self.weight)
        return product if self.bias is None else product + self.bias


class LogisticRegression(nn.Module):
    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.linear = Linear(num_features, 1)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.linear(x)
        return sigmoid(scores.squeeze(1)).value


class MLP(nn.Module):
    def __init__(self, sizes: Sequence[int], activation: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Linear(d, k) for d, k in itertools.pairwise(sizes))
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        *hidden, last = self.layers
        for layer in hidden:
            x = self.activation(layer(x))
        y: Tensor = last(x)
        return y
