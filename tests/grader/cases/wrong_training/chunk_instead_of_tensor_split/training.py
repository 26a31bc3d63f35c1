from typing import NamedTuple

import torch
from torch import Tensor


class Fold(NamedTuple):
    train: Tensor
    validation: Tensor


def kfold_indices(n: int, k: int, generator: torch.Generator) -> list[Fold]:
    if k < 2 or k > n:
        raise ValueError(f"k must be from 2 to {n}, got {k}")
    parts = torch.randperm(n, generator=generator).chunk(k)
    folds = []
    for i, part in enumerate(parts):
        rest = torch.cat([p for j, p in enumerate(parts) if j != i])
        folds.append(Fold(rest, part))
    return folds
