import torch
from torch import Tensor


def _distance(a: Tensor, b: Tensor) -> Tensor:
    s = ((a - b) ** 2).sum(dim=1)
    zero = s == 0
    return s.masked_fill(zero, 1.0).sqrt().masked_fill(zero, 0.0)


def triplet_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, reduction: str = "mean"
) -> Tensor:
    if positive.shape != anchor.shape:
        raise ValueError("positive must have the shape of anchor")
    if negative.shape != anchor.shape:
        raise ValueError("negative must have the shape of anchor")
    if margin < 0:
        raise ValueError("margin must be at least 0")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"reduction {reduction!r} is not one of none, mean, sum")
    loss = torch.relu(_distance(anchor, positive) - _distance(anchor, negative) + margin)
    return {"none": lambda: loss, "mean": loss.mean, "sum": loss.sum}[reduction]()
