import torch
from torch import Tensor


def contrastive_loss(
    x1: Tensor, x2: Tensor, same: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    if x1.shape != x2.shape:
        raise ValueError("x2 must have the shape of x1")
    if same.dtype != torch.bool or same.shape != x1.shape[:1]:
        raise ValueError("same must be bool with one entry for each pair")
    if margin < 0:
        raise ValueError("margin must not be negative")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError("reduction must be none, mean or sum")

    sq = (x1 - x2).pow(2).sum(dim=1)
    apart = sq > 0
    dist = torch.where(apart, torch.where(apart, sq, torch.ones_like(sq)).sqrt(), torch.zeros_like(sq))
    pull = sq / 2
    push = (margin - dist).clamp(min=0).pow(2) / 2

    y = same.to(x1.dtype)
    loss = (1 - y) * pull + y * push
    if reduction == "none":
        return loss
    return loss.sum() if reduction == "sum" else loss.mean()
