import torch
from torch import Tensor


def binary_cross_entropy(probs: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    if not target.is_floating_point():
        raise ValueError(f"target must be floating point, not {target.dtype}")
    if target.shape != probs.shape:
        raise ValueError("target must have the same shape as probs")
    if not ((probs >= 0) & (probs <= 1)).all():
        raise ValueError("probs must be between 0 and 1")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"reduction {reduction!r} unknown")

    log_p = torch.log(probs).clamp(min=-100)
    log_not_p = torch.log(1 - probs).clamp(min=-100)
    bce = -(target * log_p + (1 - target) * log_not_p)

    if reduction == "mean":
        return bce.mean()
    if reduction == "sum":
        return bce.sum()
    return bce
