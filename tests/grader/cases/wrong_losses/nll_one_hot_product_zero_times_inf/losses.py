import torch
from torch import Tensor


def nll_loss(log_probs: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
    n_classes = log_probs.shape[1]
    if labels.dtype != torch.int64:
        raise ValueError("labels must be int64")
    if labels.shape != log_probs.shape[:1] + log_probs.shape[2:]:
        raise ValueError("labels have the wrong shape")
    if ((labels < 0) | (labels >= n_classes)).any():
        raise ValueError("labels out of range")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError("reduction must be one of none, mean, sum")

    one_hot = torch.zeros_like(log_probs).scatter_(1, labels.unsqueeze(1), 1.0)
    loss = -(one_hot * log_probs).sum(dim=1)

    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    return loss
