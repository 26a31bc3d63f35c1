import torch
from torch import Tensor


def normalize_rows(a: Tensor) -> Tensor:
    if not a.is_floating_point():
        a = a.to(torch.float32)
    row_sums = a.sum(dim=1, keepdim=True)
    safe = row_sums.clamp(min=1e-6)
    return torch.where(row_sums == 0, a, a / safe)
