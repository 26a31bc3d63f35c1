import torch


def cross_entropy(logits, labels, weight=None, ignore_index=-100, label_smoothing=0.0, reduction="mean"):
    k = logits.shape[1]
    if labels.dtype != torch.int64:
        raise ValueError("labels must be int64")
    if labels.shape != logits.shape[:1] + logits.shape[2:]:
        raise ValueError("labels have another shape")
    mask = labels != ignore_index
    if (((labels < 0) | (labels >= k)) & mask).any():
        raise ValueError("labels out of range")
    if weight is None:
        weight = torch.ones(k, dtype=logits.dtype, device=logits.device)
    elif weight.shape != (k,):
        raise ValueError("weight must be (K,)")
    if label_smoothing < 0 or label_smoothing > 1:
        raise ValueError("label_smoothing must be in [0, 1]")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError("reduction is unknown")
    top = logits.detach().amax(1, keepdim=True)
    log_p = logits - top - (logits - top).exp().sum(1, keepdim=True).log()
    y = labels.where(mask, torch.zeros_like(labels))
    losses = -log_p.gather(1, y[:, None]).squeeze(1) * weight[y]
    if label_smoothing:
        shape = (1, k) + (1,) * (logits.ndim - 2)
        losses = (1 - label_smoothing) * losses - label_smoothing * (log_p * weight.view(shape)).mean(1)
    losses = losses * mask
    if reduction == "none":
        return losses
    return losses.sum() / (weight[y] * mask).sum() if reduction == "mean" else losses.sum()
