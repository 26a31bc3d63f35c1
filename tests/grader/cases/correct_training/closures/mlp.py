"""Functions that make functions, context managers, generators."""

import functools
import itertools
import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn


def require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


def logistic(x: Tensor) -> Tensor:
    right = x >= 0
    e = torch.exp(torch.where(right, -x, x))
    return torch.where(right, 1 / (1 + e), e / (1 + e))


# ---------------------------------------------------------------- layers and their weights


class Linear(nn.Module):
    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()

        def draw(*shape: int) -> nn.Parameter:
            return nn.Parameter((torch.rand(*shape) - 0.5) * (2 / math.sqrt(in_features)))

        offset = draw(out_features) if bias else None  # drawn first, registered second
        self.weight = draw(out_features, in_features)
        self.register_parameter("bias", offset)

    def forward(self, x: Tensor) -> Tensor:
        wanted = self.weight.shape[-1]
        require(x.ndim > 0 and x.shape[-1] == wanted, f"x must end in an axis of {wanted}")
        y = torch.tensordot(x, self.weight, dims=([-1], [1]))
        return y if self.bias is None else self.bias + y


class LogisticRegression(nn.Module):
    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.linear = Linear(num_features, 1)

    def forward(self, x: Tensor) -> Tensor:
        require(x.ndim == 2, "x must be (N, D)")
        return logistic(self.linear(x)[:, 0])


class MLP(nn.Module):
    def __init__(self, sizes: Sequence[int], activation: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        require(len(sizes) >= 2, "sizes must hold two widths or more")
        self.layers = nn.ModuleList(itertools.starmap(Linear, itertools.pairwise(sizes)))
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        first, *others = self.layers
        return functools.reduce(lambda h, layer: layer(self.activation(h)), others, first(x))
