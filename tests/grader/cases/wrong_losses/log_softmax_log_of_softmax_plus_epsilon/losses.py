import torch
from torch import Tensor

EPS = 1e-12


def log_softmax(x: Tensor, dim: int) -> Tensor:
    x_max = torch.max(x, dim=dim, keepdim=True).values
    num = torch.exp(x - x_max)
    probs = num / torch.sum(num, dim=dim, keepdim=True)
    # log(0) would be -inf
    return torch.log(probs + EPS).clamp(max=0.0)
