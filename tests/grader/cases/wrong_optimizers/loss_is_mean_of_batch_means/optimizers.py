from typing import NamedTuple

import torch
from torch import Tensor


class LinearFit(NamedTuple):
    w: Tensor
    b: Tensor
    losses: list[float]


def minibatches(n, batch_size, generator):
    perm = torch.randperm(n, generator=generator)
    return [perm[i : i + batch_size] for i in range(0, n, batch_size)]


def fit_linear(
    x: Tensor, y: Tensor, lr: float, epochs: int, batch_size: int, generator: torch.Generator
) -> LinearFit:
    if y.dim() != 1 or len(y) != len(x):
        raise ValueError("y must have one entry for each row of x")
    if epochs < 0:
        raise ValueError("epochs must not be negative")
    if batch_size < 1:
        raise ValueError("batch_size must be 1 or more")

    with torch.no_grad():
        w = x.new_zeros(x.shape[1])
        b = x.new_zeros(())
        losses = []
        for _ in range(epochs):
            batch_losses = []
            for idx in minibatches(len(x), batch_size, generator):
                idx = idx.to(x.device)
                xb, yb = x[idx], y[idx]
                err = xb @ w + b - yb
                batch_losses.append((err**2).mean().item())
                w = w - lr * 2 * (xb.T @ err) / len(idx)
                b = b - lr * 2 * err.mean()
            losses.append(sum(batch_losses) / len(batch_losses))
    return LinearFit(w, b, losses)
