import torch
from torch import Tensor


def sigmoid(x: Tensor) -> Tensor:
    # two formulas, each one stable on its own side of zero
    for_positive = 1 / (1 + torch.exp(-x))
    e = torch.exp(x)
    for_negative = e / (1 + e)
    return torch.where(x >= 0, for_positive, for_negative)
