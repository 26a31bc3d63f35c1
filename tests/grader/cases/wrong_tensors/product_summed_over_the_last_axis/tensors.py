import torch
from torch import Tensor


def matmul(a: Tensor, b: Tensor) -> Tensor:
    if a.dim() < 2 or b.dim() < 2:
        raise ValueError("both factors need at least two axes")
    if a.size(-1) != b.size(-2):
        raise ValueError(f"{a.size(-1)} columns do not fit {b.size(-2)} rows")
    # (*, N, D, 1) * (*, 1, D, M)
    product = a.unsqueeze(-1) * b.unsqueeze(-3)
    return product.sum(dim=-1)
