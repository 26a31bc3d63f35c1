import torch
from torch import Tensor


def contrastive_loss(
    x1: Tensor, x2: Tensor, same: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    if x2.shape != x1.shape:
        raise ValueError(f"x2 must have shape {tuple(x1.shape)}")
    if same.dtype != torch.bool or same.shape != x1.shape[:1]:
        raise ValueError("same must be bool of shape (N,)")
    if margin < 0:
        raise ValueError("margin must be at least 0")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError("reduction must be none, mean or sum")

    sq = ((x1 - x2) ** 2).sum(dim=1)
    nonzero = sq > 0
    root = torch.sqrt(torch.where(nonzero, sq, torch.ones_like(sq)))
    dist = torch.where(nonzero, root, torch.zeros_like(sq))
    apart = torch.clamp((margin - dist) ** 2, min=0) / 2
    loss = torch.where(same, sq / 2, apart)

    if reduction == "none":
        return loss
    if reduction == "sum":
        return loss.sum()
    return loss.mean()
