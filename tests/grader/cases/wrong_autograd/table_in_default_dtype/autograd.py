from collections.abc import Callable

import torch
from torch import Tensor


def jacobian(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    if x.ndim != 1:
        raise ValueError("x: exactly one axis expected")
    leaf = x.detach().requires_grad_()
    with torch.enable_grad():
        out = f(leaf)
        if out.ndim != 1:
            raise ValueError("f: exactly one axis expected in what it returns")
        M, D = len(out), len(x)
        result = torch.zeros(M, D)
        if out.requires_grad:
            for m in range(M):
                (row,) = torch.autograd.grad(out[m], leaf, retain_graph=True, allow_unused=True)
                if row is not None:
                    result[m] = row
    return result
