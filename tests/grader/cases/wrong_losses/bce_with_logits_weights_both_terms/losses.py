import torch
from torch import Tensor


def _log_one_plus_exp(x: Tensor) -> Tensor:
    positive = x >= 0
    minus_abs = torch.where(positive, -x, x)
    return torch.where(positive, x, torch.zeros_like(x)) + torch.log1p(torch.exp(minus_abs))


def binary_cross_entropy_with_logits(
    logits: Tensor, target: Tensor, pos_weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    if target.shape != logits.shape:
        raise ValueError("target and logits differ in shape")
    if not target.is_floating_point():
        raise ValueError("target must be floating point")
    if pos_weight is not None and pos_weight.shape != logits.shape[-1:]:
        raise ValueError("pos_weight needs one entry for each column of logits")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError("reduction must be 'none', 'mean' or 'sum'")

    loss = target * _log_one_plus_exp(-logits) + (1 - target) * _log_one_plus_exp(logits)
    if pos_weight is not None:
        loss = pos_weight * loss

    if reduction == "none":
        return loss
    return loss.mean() if reduction == "mean" else loss.sum()
