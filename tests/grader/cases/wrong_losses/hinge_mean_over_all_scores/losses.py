import torch
from torch import Tensor


def hinge_loss(scores: Tensor, labels: Tensor, margin: float = 1.0) -> Tensor:
    n, k = scores.shape
    if labels.dtype != torch.int64 or labels.shape != (n,):
        raise ValueError(f"labels must be int64 of shape ({n},)")
    if bool(((labels < 0) | (labels >= k)).any()):
        raise ValueError("labels out of range")
    if margin < 0:
        raise ValueError("margin must be at least 0")

    idx = labels[:, None]
    correct = scores.gather(1, idx)
    hinges = (scores - correct + margin).clamp(min=0)
    is_true = torch.zeros_like(scores, dtype=torch.bool).scatter(1, idx, True)
    return hinges.masked_fill(is_true, 0).mean()
