from typing import NamedTuple

import torch
from torch import Tensor


class Standardized(NamedTuple):
    train: Tensor
    test: Tensor


def standardize(train: Tensor, test: Tensor) -> Standardized:
    if test.ndim != 2 or test.shape[1] != train.shape[1]:
        raise ValueError("test must have as many columns as train")
    # relative to the first row, so that constant columns are exactly 0
    origin = train[0]
    a = train - origin
    b = test - origin
    mean = a.mean(dim=0)
    std = ((a - mean) ** 2).mean(dim=0).sqrt()
    std = torch.where(std < 1e-4, torch.ones_like(std), std)
    return Standardized((a - mean) / std, (b - mean) / std)
