from collections.abc import Callable, Iterable

import torch
from torch import Tensor


def accumulated_gradients(
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    params: Iterable[Tensor],
    batches: Iterable[tuple[Tensor, Tensor]],
) -> list[Tensor]:
    params = list(params)
    samples = 0
    for x, y in batches:
        if samples == 0:
            for p in params:
                p.grad = torch.zeros_like(p, requires_grad=False)
        with torch.enable_grad():
            loss = loss_fn(x, y) * len(x)
        if loss.requires_grad and params:
            loss.backward(inputs=params)
        samples += len(x)
    if samples == 0:
        raise ValueError("batches is empty")
    return [p.grad.detach() / samples for p in params]
