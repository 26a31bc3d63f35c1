from collections.abc import Iterable

import torch
from torch import Tensor


def l2_penalty(params: Iterable[Tensor], strength: float) -> Tensor:
    if strength < 0:
        raise ValueError("strength must not be negative")
    if len(list(params)) == 0:
        raise ValueError("params is empty")
    squares = [(w * w).sum() for w in params]
    if not squares:
        return torch.zeros(())
    return strength / 2 * torch.stack(squares).sum()
