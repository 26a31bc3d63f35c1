import torch
from torch import Tensor


def _check(logits, labels, weight, ignore_index, label_smoothing, reduction):
    num_classes = logits.shape[1]
    wanted = (logits.shape[0], *logits.shape[2:])
    if tuple(labels.shape) != wanted:
        raise ValueError(f"labels: expected shape {wanted}, got {tuple(labels.shape)}")
    if labels.dtype is not torch.int64:
        raise ValueError(f"labels: expected int64, got {labels.dtype}")
    bad = (labels != ignore_index) & ((labels < 0) | (labels > num_classes - 1))
    if bool(bad.any()):
        raise ValueError("labels: a class that does not exist")
    if weight is not None and tuple(weight.shape) != (num_classes,):
        raise ValueError(f"weight: expected shape ({num_classes},), got {tuple(weight.shape)}")
    if label_smoothing < 0 or label_smoothing > 1:
        raise ValueError("label_smoothing: must be from 0 to 1")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError("reduction: must be none, mean or sum")


def cross_entropy(
    logits: Tensor,
    labels: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    _check(logits, labels, weight, ignore_index, label_smoothing, reduction)
    top = logits.max(dim=1, keepdim=True).values.detach()
    log_total = torch.log(torch.sum(torch.exp(logits - top), dim=1, keepdim=True))
    log_p = logits - top - log_total

    valid = labels.ne(ignore_index)
    safe = labels.masked_fill(~valid, 0)
    per_sample = -torch.gather(log_p, 1, safe[:, None])[:, 0]
    if label_smoothing > 0:
        uniform = -log_p.mean(dim=1)
        per_sample = (1 - label_smoothing) * per_sample + label_smoothing * uniform

    if weight is None:
        w = torch.ones_like(per_sample)
    else:
        w = weight.to(per_sample.dtype)[safe]
    w = w.masked_fill(~valid, 0.0)
    per_sample = (per_sample * w).masked_fill(~valid, 0.0)

    if reduction == "none":
        return per_sample
    if reduction == "sum":
        return per_sample.sum()
    return per_sample.sum() / w.sum()
