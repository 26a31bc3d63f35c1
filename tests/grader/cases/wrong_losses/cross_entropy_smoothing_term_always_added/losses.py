import torch
from torch import Tensor


def cross_entropy(
    logits: Tensor,
    labels: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
) -> Tensor:
    num_classes = logits.shape[1]
    if labels.dtype != torch.int64:
        raise ValueError(f"labels should be int64 but are {labels.dtype}")
    if labels.shape != logits[:, 0].shape:
        raise ValueError(f"labels should have shape {tuple(logits[:, 0].shape)}")
    ignored = labels == ignore_index
    inside = (labels >= 0) & (labels < num_classes)
    if not (inside | ignored).all():
        raise ValueError(f"labels should be in [0, {num_classes}) or {ignore_index}")
    if weight is not None and weight.shape != torch.Size([num_classes]):
        raise ValueError(f"weight should have shape ({num_classes},)")
    if label_smoothing < 0 or label_smoothing > 1:
        raise ValueError("label_smoothing should be in [0, 1]")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"reduction should not be {reduction!r}")

    maxes, _ = logits.max(dim=1, keepdim=True)
    norm = (logits - maxes).exp().sum(dim=1, keepdim=True).log()
    log_probs = logits - maxes - norm

    class_weight = logits.new_ones(num_classes) if weight is None else weight.to(logits.dtype)
    y = labels.masked_fill(ignored, 0)
    w_y = class_weight[y].masked_fill(ignored, 0)

    nll = -log_probs.gather(1, y.unsqueeze(1)).squeeze(1) * w_y
    smooth = -(log_probs.movedim(1, -1) * class_weight).sum(dim=-1) / num_classes
    smooth = smooth.masked_fill(ignored, 0)
    nll = nll.masked_fill(ignored, 0)
    loss = (1 - label_smoothing) * nll + label_smoothing * smooth

    if reduction == "mean":
        return loss.sum() / w_y.sum()
    elif reduction == "sum":
        return loss.sum()
    return loss
