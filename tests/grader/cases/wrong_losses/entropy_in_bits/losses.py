import torch
from torch import Tensor


def entropy(p: Tensor, dim: int) -> Tensor:
    # 0 * log 0 = 0: replace the zeros by ones inside the log
    inside = torch.where(p > 0, p, torch.ones_like(p))
    return -(p * torch.log2(inside)).sum(dim=dim)
