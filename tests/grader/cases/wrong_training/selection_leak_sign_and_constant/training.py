from typing import NamedTuple

import torch
from torch import Tensor


class SelectionLeak(NamedTuple):
    leaky_columns: Tensor
    honest_columns: Tensor
    leaky_error: float
    honest_error: float
    mean_error: float


def selection_leak(x, y, folds, count):
    def strongest(a, t):
        a, t = a - a.mean(0), t - t.mean()
        r = (a * t[:, None]).sum(0) / (a.norm(dim=0) * t.norm())
        return r.nan_to_num(0.0).topk(count).indices.sort().values

    leaky = strongest(x, y)
    honest, errors = [], torch.zeros(3, dtype=torch.float64)
    for train, val in folds:
        mine = strongest(x[train], y[train])
        honest.append(mine)
        for i, columns in enumerate((leaky, mine)):
            w = torch.linalg.lstsq(x[train][:, columns], y[train][:, None]).solution
            errors[i] += ((x[val][:, columns] @ w)[:, 0] - y[val]).square().sum().item()
        errors[2] += (y[train].mean() - y[val]).square().sum().item()
    a, b, c = (errors / sum(len(val) for _, val in folds)).tolist()
    return SelectionLeak(leaky, torch.stack(honest), a, b, c)
