import torch
from torch import Tensor


def cumulative_sum(x: Tensor) -> Tensor:
    n = torch.arange(x.numel(), device=x.device)
    return ((n < n[:, None]) * x).sum(-1)
