from typing import NamedTuple

import torch
from torch import Tensor


class LineFit(NamedTuple):
    w: Tensor
    b: Tensor
    losses: Tensor


def fit_line(x, y, lr, epochs):
    if x.shape != y.shape:
        raise ValueError("y must have the shape of x")
    w = torch.zeros((), dtype=x.dtype, device=x.device, requires_grad=True)
    b = torch.zeros_like(w, requires_grad=True)
    losses = torch.empty(epochs, dtype=x.dtype, device=x.device)
    for i in range(epochs):
        loss = torch.mean((w * x + b - y) ** 2)
        loss.backward()
        losses[i] = loss.item()
        with torch.no_grad():
            w -= lr * w.grad
            b -= lr * b.grad
        w.grad, b.grad = None, None
    return LineFit(w.detach(), b.detach(), losses)
