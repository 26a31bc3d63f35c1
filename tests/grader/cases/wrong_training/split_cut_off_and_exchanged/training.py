from typing import NamedTuple

import torch
from torch import Tensor


class ThreeWaySplit(NamedTuple):
    train: Tensor
    validation: Tensor
    test: Tensor


def three_way_split(n, fractions, generator):
    n_val = int(fractions[1] * n)
    n_test = int(fractions[2] * n)
    n_train = n - n_val - n_test
    train, val, test = torch.randperm(n, generator=generator).split([n_train, n_val, n_test])
    return ThreeWaySplit(train, test, val)
