import torch
from torch import Tensor


def normalize_rows(a: Tensor) -> Tensor:
    if not a.is_floating_point():
        a = a.to(torch.float32)
    total = a.sum(dim=1)
    total = torch.where(total == 0, torch.ones_like(total), total)
    return a / total
