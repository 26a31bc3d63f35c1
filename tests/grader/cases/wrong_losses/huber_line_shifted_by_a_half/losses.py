import torch
from torch import Tensor


def huber_loss(pred: Tensor, target: Tensor, delta: float = 1.0, reduction: str = "mean") -> Tensor:
    if reduction not in {"none", "mean", "sum"}:
        raise ValueError(f"reduction {reduction!r} is not known")
    if not delta > 0:
        raise ValueError(f"delta must be above 0, got {delta}")
    if pred.shape != target.shape:
        raise ValueError(f"target {tuple(target.shape)} must look like pred {tuple(pred.shape)}")
    e = torch.abs(pred - target)
    small = 0.5 * e**2
    large = delta * (e - 0.5)
    losses = torch.where(e <= delta, small, large)
    if reduction == "none":
        return losses
    return losses.mean() if reduction == "mean" else losses.sum()
