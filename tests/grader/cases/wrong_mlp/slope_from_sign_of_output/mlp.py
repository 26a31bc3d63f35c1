from typing import NamedTuple

import torch
from torch import Tensor


class Activation(NamedTuple):
    value: Tensor
    derivative: Tensor


def leaky_relu(x: Tensor, negative_slope: float = 0.01) -> Activation:
    out = torch.where(x > 0, x, x * negative_slope)
    d = torch.full_like(out, negative_slope)
    d[out > 0] = 1.0  # same trick as saving only the output for the backward pass
    return Activation(out, d.detach())
