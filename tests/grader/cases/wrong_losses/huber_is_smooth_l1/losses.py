import torch
from torch import Tensor


def huber_loss(pred: Tensor, target: Tensor, delta: float = 1.0, reduction: str = "mean") -> Tensor:
    if pred.shape != target.shape:
        raise ValueError(f"target: expected shape {tuple(pred.shape)}, got {tuple(target.shape)}")
    if not delta > 0:
        raise ValueError(f"delta must be above 0, got {delta}")
    if reduction not in {"none", "mean", "sum"}:
        raise ValueError(f"unknown reduction {reduction!r}")
    err = (pred - target).abs()
    parabola = err.square() / (2 * delta)
    line = err - delta / 2
    loss = torch.where(err <= delta, parabola, line)
    return loss if reduction == "none" else getattr(loss, reduction)()
