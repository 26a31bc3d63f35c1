import torch
from torch import Tensor


def frobenius_norm(a: Tensor) -> Tensor:
    if a.ndim < 2:
        raise ValueError("a must have two axes")
    flat = a.flatten()
    return torch.sqrt(torch.sum(flat * flat))
