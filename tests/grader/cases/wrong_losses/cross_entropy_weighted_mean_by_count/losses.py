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
    C = logits.size(1)
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"reduction must be 'none', 'mean' or 'sum', got {reduction!r}")
    if not 0.0 <= label_smoothing <= 1.0:
        raise ValueError(f"label_smoothing must be in [0, 1], got {label_smoothing}")
    if labels.dtype != torch.int64:
        raise ValueError(f"labels must be int64, got {labels.dtype}")
    if labels.shape != logits.shape[:1] + logits.shape[2:]:
        raise ValueError(f"labels have shape {tuple(labels.shape)}, logits {tuple(logits.shape)}")
    counts = labels != ignore_index
    if (counts & ((labels < 0) | (labels >= C))).any():
        raise ValueError(f"labels must lie in 0..{C - 1} or be {ignore_index}")
    if weight is None:
        weight = logits.new_ones(C)
    elif weight.shape != (C,):
        raise ValueError(f"weight must have shape ({C},)")
    else:
        weight = weight.to(logits)

    z = logits - logits.amax(dim=1, keepdim=True)
    logp = z - z.exp().sum(dim=1, keepdim=True).log()

    y = torch.where(counts, labels, 0)
    loss = -(1 - label_smoothing) * weight[y] * logp.gather(1, y.unsqueeze(1)).squeeze(1)
    if label_smoothing > 0:
        w_shape = [1, C] + [1] * (logits.dim() - 2)
        loss = loss - label_smoothing / C * (weight.view(w_shape) * logp).sum(dim=1)
    loss = torch.where(counts, loss, torch.zeros_like(loss))

    if reduction == "none":
        return loss
    if reduction == "sum":
        return loss.sum()
    return loss.sum() / counts.sum()
