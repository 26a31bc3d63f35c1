import torch
from torch import Tensor


def normalize_rows(a: Tensor) -> Tensor:
    x = a if a.is_floating_point() else a.to(torch.float32)
    total = x.sum(1, keepdim=True)
    scaled = x / total
    return torch.where(total == 0, x, scaled)
