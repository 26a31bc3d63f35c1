import torch
from torch import Tensor


def kl_divergence(p: Tensor, q: Tensor, dim: int) -> Tensor:
    if p.shape != q.shape:
        raise ValueError(f"q must have shape {tuple(p.shape)}, got {tuple(q.shape)}")
    tiny = 1e-9
    there = p > 0
    safe_p = torch.where(there, p, torch.ones_like(p))
    safe_q = torch.where(there, q + tiny, torch.ones_like(q))
    return (p * (torch.log(safe_p) - torch.log(safe_q))).sum(dim)
