from typing import NamedTuple

import torch
from torch import Tensor


class LinearFit(NamedTuple):
    """What `fit_linear` finds."""

    w: Tensor
    b: Tensor
    losses: list[float]


def fit_linear(x, y, lr, epochs, batch_size, generator):
    n, d = x.shape
    if y.shape != (n,):
        raise ValueError("y must be (N,)")
    if epochs < 0:
        raise ValueError("epochs must be at least 0")
    if batch_size < 1:
        raise ValueError("batch_size must be at least 1")
    x, y = x.detach(), y.detach()

    w = torch.zeros(d, 1, dtype=x.dtype, device=x.device, requires_grad=True)
    b = torch.zeros(1, dtype=x.dtype, device=x.device, requires_grad=True)
    losses = []
    for _ in range(epochs):
        order = torch.randperm(n, generator=generator).to(x.device)
        total = 0.0
        for batch in order.split(batch_size):
            with torch.enable_grad():
                pred = x[batch] @ w + b
                loss = ((pred - y[batch]) ** 2).mean()
                gw, gb = torch.autograd.grad(loss, (w, b))
            with torch.no_grad():
                w -= lr * gw
                b -= lr * gb
            total += loss.item() * len(batch)
        losses.append(total / n)
    return LinearFit(w.detach()[:, 0].clone(), b.detach()[0].clone(), losses)
