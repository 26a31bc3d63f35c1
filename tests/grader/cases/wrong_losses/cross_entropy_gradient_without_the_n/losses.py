import torch
from torch import Tensor


def cross_entropy_gradient(logits: Tensor, labels: Tensor) -> Tensor:
    N, K = logits.shape
    if labels.dtype != torch.int64:
        raise ValueError("labels must be int64")
    if labels.shape != (N,):
        raise ValueError(f"labels must have shape ({N},)")
    if (labels < 0).any() or (labels >= K).any():
        raise ValueError(f"labels must be between 0 and {K - 1}")

    z = logits.detach()
    e = torch.exp(z - z.amax(dim=1, keepdim=True))
    grad = e / e.sum(dim=1, keepdim=True)
    grad[torch.arange(N, device=z.device), labels] -= 1
    return grad
