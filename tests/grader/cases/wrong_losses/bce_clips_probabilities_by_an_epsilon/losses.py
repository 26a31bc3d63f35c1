import torch
from torch import Tensor


def binary_cross_entropy(probs: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    if target.shape != probs.shape:
        raise ValueError(f"target shape {tuple(target.shape)} is not {tuple(probs.shape)}")
    if not target.is_floating_point():
        raise ValueError(f"target must be floating point, not {target.dtype}")
    if ((probs < 0) | (probs > 1)).any():
        raise ValueError("probs must lie between 0 and 1 (did you pass logits?)")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"reduction {reduction!r} is unknown")

    eps = 1e-7
    p = probs.clamp(eps, 1 - eps)
    bce = -(target * torch.log(p) + (1 - target) * torch.log(1 - p))
    if reduction == "mean":
        return bce.mean()
    return bce.sum() if reduction == "sum" else bce
