from collections.abc import Callable

import torch
from torch import Tensor


def jacobian(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    if x.dim() != 1:
        raise ValueError(f"x must have one axis, has {x.dim()}")

    with torch.enable_grad():
        xx = x.detach().clone()
        xx.requires_grad_()
        y = f(xx)
        if y.dim() != 1:
            raise ValueError(f"f must return one axis, returned {y.dim()}")

        J = torch.zeros(y.shape[0], x.shape[0], dtype=x.dtype, device=x.device)
        if not y.requires_grad:
            return J

        for m in range(y.shape[0]):
            # inputs=[xx]: nobody else's grad is touched
            y[m].backward(retain_graph=True, inputs=[xx])
            if xx.grad is not None:
                J[m] = xx.grad.detach()
    return J
