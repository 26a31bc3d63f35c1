import torch
from torch import Tensor


def binary_cross_entropy_with_logits(
    logits: Tensor, target: Tensor, pos_weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    if target.shape != logits.shape or not target.is_floating_point():
        raise ValueError("target must be floating point with the shape of logits")
    if pos_weight is not None and pos_weight.shape != logits.shape[-1:]:
        raise ValueError("pos_weight must have one entry for each column")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError("reduction must be none, mean or sum")

    if pos_weight is None:
        coef = 1.0
    else:
        coef = 1 + (pos_weight.to(logits.dtype) - 1) * target
    # log(1 + exp(-x)) = relu(-x) + log(1 + exp(-|x|))
    minus_log_sig = torch.relu(-logits) + torch.log1p(torch.exp(-logits.abs()))
    loss = (1 - target) * logits + coef * minus_log_sig

    if reduction == "none":
        return loss
    return loss.sum() if reduction == "sum" else loss.mean()
