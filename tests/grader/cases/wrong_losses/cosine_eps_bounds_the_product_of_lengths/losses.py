import torch
from torch import Tensor


def _length(v: Tensor, dim: int) -> Tensor:
    s = (v * v).sum(dim=dim)
    zero = s == 0
    return torch.sqrt(s.masked_fill(zero, 1.0)).masked_fill(zero, 0.0)


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    if x1.shape != x2.shape:
        raise ValueError(f"x2 must have shape {tuple(x1.shape)}, not {tuple(x2.shape)}")
    dot = (x1 * x2).sum(dim=dim)
    lengths = _length(x1, dim) * _length(x2, dim)
    return (dot / torch.clamp(lengths, min=eps)).clamp(-1.0, 1.0)
