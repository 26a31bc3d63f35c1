import torch
from torch import Tensor


def log_sum_exp(x: Tensor, dim: int) -> Tensor:
    total = torch.exp(x).sum(dim=dim)
    return torch.log(total)
