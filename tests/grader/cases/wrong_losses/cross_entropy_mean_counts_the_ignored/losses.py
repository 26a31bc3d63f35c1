import torch
from torch import Tensor


def _log_probs(z: Tensor) -> Tensor:
    z = z - z.amax(dim=1, keepdim=True).detach()
    return z - z.exp().sum(dim=1, keepdim=True).log()


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
        raise ValueError(f"labels must be int64, got {labels.dtype}")
    if labels.shape != logits.shape[:1] + logits.shape[2:]:
        raise ValueError(f"labels have shape {tuple(labels.shape)}, logits {tuple(logits.shape)}")
    ignored = labels == ignore_index
    if (((labels < 0) | (labels >= num_classes)) & ~ignored).any():
        raise ValueError(f"labels must be in 0..{num_classes - 1} or ignore_index")
    if weight is not None and weight.shape != (num_classes,):
        raise ValueError(f"weight must have shape ({num_classes},)")
    if not 0 <= label_smoothing <= 1:
        raise ValueError("label_smoothing must be in [0, 1]")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"reduction must be none, mean or sum, got {reduction!r}")

    if weight is None:
        weight = torch.ones(num_classes, dtype=logits.dtype, device=logits.device)
    index = labels.masked_fill(ignored, 0)
    logp = _log_probs(logits)
    w = weight[index]
    loss = -w * logp.gather(1, index.unsqueeze(1)).squeeze(1)
    if label_smoothing > 0:
        per_class = weight.reshape(1, -1, *[1] * (logits.dim() - 2))
        spread = -(per_class * logp).sum(dim=1) / num_classes
        loss = (1 - label_smoothing) * loss + label_smoothing * spread
    loss = torch.where(ignored, torch.zeros_like(loss), loss)

    if reduction == "none":
        return loss
    if reduction == "sum":
        return loss.sum()
    return loss.sum() / w.sum()
