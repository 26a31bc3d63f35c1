import torch
from torch import Tensor, nn


def gradient_through_time(w: Tensor, steps: int) -> Tensor:
    if w.dim() != 2 or w.shape[0] != w.shape[1]:
        raise ValueError(f"w must be a square matrix, not {tuple(w.shape)}")
    if steps < 1:
        raise ValueError(f"steps must be at least 1, not {steps}")
    norm = torch.linalg.matrix_norm(w, 2)
    norms = [torch.ones_like(norm)]
    for _ in range(steps):
        norms.append(norms[-1] * norm)
    return torch.stack(norms)
