import torch
from torch import Tensor


def entropy(p: Tensor, dim: int) -> Tensor:
    terms = torch.where(p > 0, p * torch.log(p), torch.zeros_like(p))
    return -terms.sum(dim=dim)
