from typing import NamedTuple

import torch
from torch import Tensor


class SelectionLeak(NamedTuple):
    leaky_columns: Tensor
    honest_columns: Tensor
    leaky_error: float
    honest_error: float
    mean_error: float


def pick(x, y, count):
    xc, yc = x - x.mean(dim=0), y - y.mean()
    r = torch.nan_to_num((xc * yc[:, None]).sum(0).abs() / (xc.norm(dim=0) * yc.norm()), nan=0.0)
    return torch.sort(torch.topk(r, count).indices).values


def sq(x, y, train, val):
    ones = torch.ones(len(x), 1, dtype=x.dtype, device=x.device)
    x = torch.cat([ones, x], dim=1)
    w = torch.linalg.lstsq(x[train], y[train][:, None]).solution[:, 0]
    return (x[val] @ w - y[val]) ** 2


def selection_leak(x, y, folds, count):
    leaky = pick(x, y, count)
    honest = torch.stack([pick(x, y, count) for _ in folds])
    le, he, me = [], [], []
    for i, (train, val) in enumerate(folds):
        le.append(sq(x[:, leaky], y, train, val))
        he.append(sq(x[:, honest[i]], y, train, val))
        me.append((y[train].mean() - y[val]) ** 2)
    return SelectionLeak(leaky, honest, *(torch.cat(e).mean().item() for e in (le, he, me)))
