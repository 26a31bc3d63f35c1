from typing import NamedTuple

import torch
from torch import Tensor


class Standardized(NamedTuple):
    train: Tensor
    test: Tensor


def standardize(train: Tensor, test: Tensor) -> Standardized:
    if test.ndim != 2 or test.shape[1] != train.shape[1]:
        raise ValueError("test must have as many columns as train")
    mean = train.mean(dim=0)
    std = train.std(dim=0, correction=0)

    constant = std < 1e-6  # not == 0, because of rounding
    mean = torch.where(constant, train[0], mean)
    std = torch.where(constant, torch.ones_like(std), std)
    return Standardized((train - mean) / std, (test - mean) / std)
