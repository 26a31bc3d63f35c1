import torch
from torch import Tensor


def triplet_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    if positive.shape != anchor.shape:
        raise ValueError("positive must have the shape of anchor")
    if negative.shape != anchor.shape:
        raise ValueError("negative must have the shape of anchor")
    if margin < 0:
        raise ValueError("margin must not be negative")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError("unknown reduction")

    d_pos = (anchor - positive).pow(2).sum(dim=1)
    d_neg = (anchor - negative).pow(2).sum(dim=1)
    hinge = torch.relu(d_pos - d_neg + margin)
    if reduction == "none":
        return hinge
    total = hinge.sum()
    if reduction == "sum":
        return total
    active = (hinge > 0).sum().clamp(min=1)
    return total / active
