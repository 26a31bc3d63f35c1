from collections.abc import Callable

import torch
from torch import Tensor


def hessian_vector_product(f: Callable[[Tensor], Tensor], x: Tensor, v: Tensor) -> Tensor:
    if v.shape != x.shape:
        raise ValueError(f"v has shape {tuple(v.shape)}, x has {tuple(x.shape)}")
    v = v.detach()
    with torch.enable_grad():
        x = x.detach().clone().requires_grad_()
        y = f(x)
        if y.dim() > 0:
            raise ValueError("f must return a tensor without axes")
        if not y.requires_grad:
            return torch.zeros_like(v)
        g = torch.autograd.grad(y, x, create_graph=True, allow_unused=True, materialize_grads=True)[0]
        if not g.requires_grad:
            return torch.zeros_like(v)
        hg = torch.autograd.grad(g.sum(), x, allow_unused=True, materialize_grads=True)[0]
    return hg * v
