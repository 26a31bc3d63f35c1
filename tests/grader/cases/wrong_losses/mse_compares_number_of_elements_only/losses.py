from torch import Tensor


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    if pred.numel() != target.numel():
        raise ValueError(f"target has {target.numel()} elements but pred has {pred.numel()}")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"unknown reduction: {reduction}")
    squared = (pred - target) ** 2
    if reduction == "none":
        return squared
    if reduction == "sum":
        return squared.sum()
    return squared.mean()
