from typing import NamedTuple

import torch


class CurveFit(NamedTuple):
    offset: torch.Tensor
    c: torch.Tensor
    b: torch.Tensor
    w: torch.Tensor
    losses: list


def fit_curve(x, y, start, lr, steps):
    offset, c, b, w = params = [p.detach().clone().requires_grad_() for p in start]
    losses = []
    for _ in range(steps):
        pred = offset + torch.sigmoid(b + x.unsqueeze(1) * w) @ c
        loss = torch.mean((pred - y) ** 2)
        loss.backward()
        with torch.no_grad():
            for p in params:
                p -= lr * p.grad
        losses.append(loss.item())
    return CurveFit(*[p.detach() for p in params], losses)
