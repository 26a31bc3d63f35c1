from torch import Tensor


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    if pred.shape != target.shape:
        raise ValueError(f"target has shape {tuple(target.shape)}, pred has {tuple(pred.shape)}")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"reduction must be none, mean or sum, not {reduction!r}")
    loss = 0.5 * (pred - target) ** 2
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    return loss
