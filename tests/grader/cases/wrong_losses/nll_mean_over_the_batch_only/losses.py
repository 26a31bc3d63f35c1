import torch
from torch import Tensor


def nll_loss(log_probs: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
    n, k = log_probs.shape[:2]
    if labels.dtype != torch.int64:
        raise ValueError(f"labels must be int64, not {labels.dtype}")
    if labels.shape != log_probs.shape[:1] + log_probs.shape[2:]:
        raise ValueError("labels must have the shape of log_probs without axis 1")
    if ((labels < 0) | (labels >= k)).any():
        raise ValueError(f"labels must lie in 0..{k - 1}")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"reduction: {reduction!r} is not none, mean or sum")

    losses = -log_probs.gather(1, labels.unsqueeze(1)).squeeze(1)
    if reduction == "none":
        return losses
    total = losses.sum()
    if reduction == "mean":
        total = total / n
    return total
