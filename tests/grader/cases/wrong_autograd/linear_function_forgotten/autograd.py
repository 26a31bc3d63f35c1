from collections.abc import Callable

import torch
from torch import Tensor
from torch.autograd import grad


def hessian_vector_product(f: Callable[[Tensor], Tensor], x: Tensor, v: Tensor) -> Tensor:
    """H v with two calls of grad."""
    if x.shape != v.shape:
        raise ValueError("v must have the shape of x")

    point = x.detach().requires_grad_()
    with torch.enable_grad():
        value = f(point)
        if value.shape != ():
            raise ValueError("f must return a number (no axes)")
        if not value.requires_grad:  # f ignores x
            return torch.zeros_like(point, requires_grad=False)
        (g,) = grad(value, point, create_graph=True, allow_unused=True)
        if g is None:
            return torch.zeros_like(point, requires_grad=False)
        (hv,) = grad(g, point, grad_outputs=v.detach(), allow_unused=True, materialize_grads=True)
    return hv
