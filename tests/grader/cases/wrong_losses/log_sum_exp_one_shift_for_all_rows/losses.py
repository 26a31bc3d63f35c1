import torch
from torch import Tensor


def log_sum_exp(x: Tensor, dim: int) -> Tensor:
    biggest = x.detach().max()
    if torch.isinf(biggest):
        biggest = torch.zeros_like(biggest)
    shifted = torch.exp(x - biggest)
    return biggest + torch.log(shifted.sum(dim=dim))
