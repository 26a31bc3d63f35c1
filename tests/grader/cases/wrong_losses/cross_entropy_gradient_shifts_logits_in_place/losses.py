import torch
from torch import Tensor


def cross_entropy_gradient(logits: Tensor, labels: Tensor) -> Tensor:
    n, k = logits.shape
    if labels.dtype != torch.int64:
        raise ValueError("labels must be int64")
    if labels.shape != (n,):
        raise ValueError(f"labels must have shape ({n},)")
    if ((labels < 0) | (labels >= k)).any():
        raise ValueError(f"labels must be in 0 .. {k - 1}")

    s = logits.detach()
    s -= s.max(dim=1, keepdim=True).values
    e = torch.exp(s)
    g = e / e.sum(dim=1, keepdim=True)
    g[torch.arange(n, device=g.device), labels] -= 1
    return g / n
