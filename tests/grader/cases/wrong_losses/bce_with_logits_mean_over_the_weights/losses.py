import torch
from torch import Tensor


def _log_sigmoid(v: Tensor) -> Tensor:
    top = torch.clamp(-v, min=0).detach()
    return -(top + torch.log(torch.exp(-top) + torch.exp(-v - top)))


def binary_cross_entropy_with_logits(
    logits: Tensor, target: Tensor, pos_weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    if logits.shape != target.shape:
        raise ValueError(f"target has shape {tuple(target.shape)}, logits {tuple(logits.shape)}")
    if not torch.is_floating_point(target):
        raise ValueError(f"target must be a float tensor but is {target.dtype}")
    if pos_weight is not None and (logits.dim() == 0 or pos_weight.shape != (logits.shape[-1],)):
        raise ValueError("pos_weight must be (K,)")
    if reduction not in {"none", "mean", "sum"}:
        raise ValueError(f"reduction {reduction!r} is not allowed")

    w = torch.ones_like(logits) if pos_weight is None else pos_weight.to(logits.dtype).expand_as(logits)
    positive = w * target * _log_sigmoid(logits)
    negative = (1 - target) * _log_sigmoid(-logits)
    out = -(positive + negative)

    if reduction == "none":
        return out
    if reduction == "sum":
        return out.sum()
    total_weight = (w * target + (1 - target)).sum()
    return out.sum() / total_weight
