from collections.abc import Callable, Iterable

import torch
from torch import Tensor


def accumulated_gradients(
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    params: Iterable[Tensor],
    batches: Iterable[tuple[Tensor, Tensor]],
) -> list[Tensor]:
    params = list(params)
    total = 0

    with torch.enable_grad():
        for x, y in batches:
            n = x.shape[0]
            loss = n * loss_fn(x, y)
            if params and loss.requires_grad:
                torch.autograd.backward(loss, inputs=params)
            del loss
            total += n

    if total == 0:
        raise ValueError("batches: need at least one")

    result = []
    with torch.no_grad():
        for p in params:
            if p.grad is None:
                p.grad = torch.zeros_like(p)
            else:
                p.grad = p.grad / total
            result.append(p.grad.clone())
    return result
