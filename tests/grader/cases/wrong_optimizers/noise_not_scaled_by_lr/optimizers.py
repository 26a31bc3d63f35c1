import torch
from torch import Tensor


def _gradient(f, x: Tensor) -> Tensor:
    with torch.enable_grad():
        x = x.detach().clone().requires_grad_(True)
        return torch.autograd.grad(f(x), x)[0]


def escape_saddle(f, x0, lr, noise, steps, generator):
    if noise < 0:
        raise ValueError("noise must be at least 0")
    if steps < 0:
        raise ValueError("steps must be at least 0")
    points = [x0.detach().clone()]
    for _ in range(steps):
        x = points[-1]
        z = torch.randn(x.shape, generator=generator, dtype=x.dtype).to(x.device)
        points.append(x - lr * _gradient(f, x) + noise * z)
    return torch.stack(points)
