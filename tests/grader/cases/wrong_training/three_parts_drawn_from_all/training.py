from typing import NamedTuple

import torch


class ThreeWaySplit(NamedTuple):
    train: torch.Tensor
    validation: torch.Tensor
    test: torch.Tensor


def three_way_split(n, fractions, generator):
    n_val, n_test = round(n * fractions[1]), round(n * fractions[2])
    train = torch.randperm(n, generator=generator)[: n - n_val - n_test]
    val = torch.randperm(n, generator=generator)[:n_val]
    test = torch.randperm(n, generator=generator)[:n_test]
    return ThreeWaySplit(train, val, test)
