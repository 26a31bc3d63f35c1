from typing import NamedTuple

import torch
from torch import Tensor


class LineFit(NamedTuple):
    w: Tensor
    b: Tensor
    losses: Tensor


def fit_line(x: Tensor, y: Tensor, lr: float, epochs: int) -> LineFit:
    if y.shape != x.shape:
        raise ValueError(f"y must have the shape of x, {tuple(x.shape)}, not {tuple(y.shape)}")
    x, y = x.detach(), y.detach()
    w = torch.zeros((), dtype=x.dtype, device=x.device, requires_grad=True)
    b = torch.zeros((), dtype=x.dtype, device=x.device, requires_grad=True)
    losses = torch.zeros(epochs, dtype=x.dtype, device=x.device)

    for epoch in range(epochs):
        with torch.enable_grad():
            loss = ((w * x + b - y) ** 2).mean()
            loss.backward()
        losses[epoch] = loss.detach()
        with torch.no_grad():
            w -= lr * w.grad
            b -= lr * b.grad
        w.grad = None
        w.grad = None

    return LineFit(w.detach(), b.detach(), losses)
