from collections.abc import Iterable

import torch
from torch import Tensor


def clip_gradient_norm_(params: Iterable[Tensor], max_norm: float) -> Tensor:
    if max_norm <= 0 or max_norm != max_norm:
        raise ValueError("max_norm has to be > 0")
    with_grad = []
    for p in params:
        if p.grad is not None:
            with_grad.append(p)
    if len(with_grad) == 0:
        return torch.tensor(0.0)

    squares = torch.stack([(p.grad.detach() ** 2).sum() for p in with_grad])
    total = squares.sum().sqrt()

    if total > max_norm:
        scale = max_norm / total
        for p in with_grad:
            p.grad = p.grad.detach() * scale
    return total
