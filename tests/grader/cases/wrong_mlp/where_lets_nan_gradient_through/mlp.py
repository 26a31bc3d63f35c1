from typing import NamedTuple

import torch
from torch import Tensor


class Activation(NamedTuple):
    value: Tensor
    derivative: Tensor


def sigmoid(x: Tensor) -> Activation:
    # two forms of the same thing, each stable on its side
    right = 1 / (1 + torch.exp(-x))
    left = torch.exp(x) / (1 + torch.exp(x))
    y = torch.where(x >= 0, right, left)
    return Activation(y, y * (1 - y))
