from collections.abc import Callable

import torch
from torch import Tensor


def numerical_gradient(f: Callable[[Tensor], Tensor], x: Tensor, eps: float = 1e-6) -> Tensor:
    if x.dtype != torch.float64:
        raise ValueError(f"x must be float64, not {x.dtype}")
    point = x.detach().clone(memory_format=torch.contiguous_format)
    flat = point.view(-1)
    g = torch.zeros_like(flat)
    for i in range(flat.numel()):
        value = flat[i].item()
        flat[i] = value + eps
        up = float(f(point))
        flat[i] = value - eps
        down = float(f(point))
        g[i] = (up - down) / (2 * eps)
    return g.view(x.shape)
