import torch
from torch import Tensor


def cross_entropy(
    logits: Tensor,
    labels: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    n, K = logits.shape[0], logits.shape[1]
    if labels.dtype != torch.long or labels.shape != (n,) + logits.shape[2:]:
        raise ValueError("labels must be int64 and have the shape of logits without the class axis")
    if weight is not None and weight.shape != (K,):
        raise ValueError("weight must be of shape (K,)")
    if not (0 <= label_smoothing <= 1):
        raise ValueError("label_smoothing must be between 0 and 1")
    if reduction not in ("none", "sum", "mean"):
        raise ValueError("reduction must be none, sum or mean")

    # any number of axes -> two axes
    flat = logits.reshape(-1, K)
    y = labels.reshape(-1)
    keep = y != ignore_index
    if ((y[keep] < 0) | (y[keep] >= K)).any():
        raise ValueError("labels must be from 0 to K - 1")

    w = torch.ones(K, dtype=logits.dtype, device=logits.device) if weight is None else weight.to(logits.dtype)
    shifted = flat - flat.max(dim=1, keepdim=True)[0]
    lp = shifted - torch.log(torch.exp(shifted).sum(1, keepdim=True))

    index = torch.where(keep, y, torch.zeros_like(y))
    rows = torch.arange(index.numel(), device=logits.device)
    losses = -(1 - label_smoothing) * w[index] * lp[rows, index]
    if label_smoothing > 0:
        losses = losses - label_smoothing / K * (lp * w).sum(dim=1)
    losses = torch.where(keep, losses, torch.zeros_like(losses))

    if reduction == "none":
        return losses.reshape(labels.shape)
    if reduction == "sum":
        return losses.sum()
    return losses.sum() / w[index][keep].sum()
