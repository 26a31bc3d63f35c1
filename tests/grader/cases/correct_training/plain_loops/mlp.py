"""Plain loops, step by step."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn


class LogisticRegression(nn.Module):
    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.linear = nn.Linear(num_features, 1)

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim != 2 or x.shape[1] != self.linear.in_features:
            raise ValueError(f"x must be (N, {self.linear.in_features}), not {tuple(x.shape)}")
        score = self.linear(x)
        return torch.sigmoid(score[:, 0])


class MLP(nn.Module):
    def __init__(self, sizes: Sequence[int], activation: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        if len(sizes) < 2:
            raise ValueError("sizes must have at least two entries")
        self.activation = activation
        self.layers = nn.ModuleList()
        for i in range(len(sizes) - 1):
            self.layers.append(nn.Linear(sizes[i], sizes[i + 1]))

    def forward(self, x: Tensor) -> Tensor:
        last = len(self.layers) - 1
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if i < last:
                x = self.activation(x)
        return x
