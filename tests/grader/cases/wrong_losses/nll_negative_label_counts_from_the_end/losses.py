import torch
from torch import Tensor


def nll_loss(log_probs: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
    if reduction not in ["none", "mean", "sum"]:
        raise ValueError(f"reduction = {reduction!r}?")
    if labels.dtype != torch.long:
        raise ValueError(f"labels need dtype int64, not {labels.dtype}")
    k = log_probs.shape[1]
    rest = log_probs.shape[:1] + log_probs.shape[2:]
    if labels.shape != rest:
        raise ValueError(f"labels need shape {tuple(rest)}, not {tuple(labels.shape)}")
    if torch.any(labels >= k):
        raise ValueError(f"labels must be below {k}")

    table = log_probs.movedim(1, -1).reshape(-1, k)
    picked = table[torch.arange(table.shape[0], device=table.device), labels.reshape(-1)]
    loss = -picked.reshape(labels.shape)
    if reduction == "none":
        return loss
    if reduction == "mean":
        return loss.mean()
    return loss.sum()
