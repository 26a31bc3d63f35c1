from typing import NamedTuple

import torch
import torch.nn.functional as F


class Selection(NamedTuple):
    weights: torch.Tensor
    kept: torch.Tensor


def select_features(x, y, strengths, lr, steps):
    x, y = x.detach(), y.detach()
    out = []
    for s in strengths:
        w = torch.zeros(x.size(1), dtype=x.dtype, device=x.device)
        for _ in range(steps):
            grad = x.T @ (x @ w - y) / x.size(0)
            w = F.softshrink(w - lr * grad, s)
        out.append(w)
    weights = torch.stack(out)
    return Selection(weights, weights != 0)
