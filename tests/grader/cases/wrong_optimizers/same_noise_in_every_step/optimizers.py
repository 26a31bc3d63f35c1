from collections.abc import Callable

import torch
from torch import Tensor


def escape_saddle(
    f: Callable[[Tensor], Tensor], x0: Tensor, lr: float, noise: float, steps: int, generator: torch.Generator
) -> Tensor:
    for name, number in (("noise", noise), ("steps", steps)):
        if number < 0:
            raise ValueError(f"{name} is negative: {number}")

    x = x0.detach().clone()
    path = torch.empty((steps + 1, *x.shape), dtype=x.dtype, device=x.device)
    path[0] = x
    z = torch.randn(x.shape, generator=generator, dtype=x.dtype).to(x.device)
    for t in range(steps):
        with torch.enable_grad():
            x.requires_grad_()
            grad = torch.autograd.grad(f(x), x)[0]
        x = x.detach() - lr * (grad + noise * z)
        path[t + 1] = x
    return path
