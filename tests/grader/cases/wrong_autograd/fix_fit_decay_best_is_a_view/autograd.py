from typing import NamedTuple

import torch


class DecayFit(NamedTuple):
    a: torch.Tensor
    k: torch.Tensor
    losses: torch.Tensor


def fix_fit_decay(x, y, strength, lr, epochs):
    a, k = (x.new_ones(()).requires_grad_() for _ in range(2))
    best, smallest, losses = None, float("inf"), []
    for _ in range(epochs):
        a.grad, k.grad = None, None
        error = ((a * torch.exp(-k * x) - y) ** 2).mean()
        loss = error + strength * k**2
        loss.backward()
        if loss.item() < smallest:
            smallest = loss.item()
            best = a.data, k.data
        losses.append(loss.item())
        with torch.no_grad():
            for p in (a, k):
                p -= lr * p.grad
    return DecayFit(*best, torch.tensor(losses, dtype=x.dtype, device=x.device))
