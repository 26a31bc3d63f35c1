import math
from typing import NamedTuple
import torch
from torch import Tensor, nn
from torch.nn import functional


class Comparison(NamedTuple):
    plain_norms: list[float]
    residual_norms: list[float]
    plain_losses: list[float]
    residual_losses: list[float]


def plain_vs_residual(
    depth: int,
    x: Tensor,
    y: Tensor,
    generator: torch.Generator,
    gain: float = 0.3,
    lr: float = 0.1,
    steps: int = 20,
) -> Comparison:
    if depth < 1:
        raise ValueError(f"depth must be at least 1, not {depth}")
    d = x.shape[1]
    start = gain * torch.randn(depth, d, d, generator=generator, dtype=x.dtype) / math.sqrt(d)
    start = start.to(x.device)

    def train(residual: bool) -> tuple[list[float], list[float]]:
        weights = start.requires_grad_()
        norms, losses = [], []
        for step in range(steps):
            h = x
            for w in weights:
                change = functional.relu(h) @ w.T
                h = h + change if residual else change
            loss = functional.cross_entropy(h, y)
            (grad,) = torch.autograd.grad(loss, weights)
            if step == 0:
                norms = [g.norm().item() for g in grad]
            losses.append(loss.item())
            with torch.no_grad():
                weights -= lr * grad
        return norms, losses

    with torch.enable_grad():
        plain_norms, plain_losses = train(False)
        residual_norms, residual_losses = train(True)
    return Comparison(plain_norms, residual_norms, plain_losses, residual_losses)
