from typing import NamedTuple

import torch
from torch import Tensor


class Fold(NamedTuple):
    train: Tensor
    validation: Tensor


def kfold_indices(n: int, k: int, generator: torch.Generator) -> list[Fold]:
    if k < 2 or k > n:
        raise ValueError(f"k must be from 2 to {n}, is {k}")
    parts = torch.chunk(torch.randperm(n, generator=generator), k)
    folds = []
    for i, validation in enumerate(parts):
        train = torch.cat([p for j, p in enumerate(parts) if j != i])
        folds.append(Fold(train, validation))
    return folds
