import torch
from torch import Tensor


def kl_divergence(p: Tensor, q: Tensor, dim: int) -> Tensor:
    if p.shape != q.shape:
        raise ValueError(f"q must have shape {tuple(p.shape)}, got {tuple(q.shape)}")
    there = q > 0
    one = torch.ones_like(p)
    log_ratio = torch.where(there, q, one).log() - torch.where(there, p, one).log()
    return (q * log_ratio).sum(dim)
