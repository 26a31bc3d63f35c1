from torch import Tensor


def l1_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    if target.shape != pred.shape:
        raise ValueError("target must have the shape of pred")
    diff = pred - target
    if reduction == "none":
        out = diff
    elif reduction == "mean":
        out = diff.mean()
    elif reduction == "sum":
        out = diff.sum()
    else:
        raise ValueError("reduction must be one of none, mean, sum")
    return out.abs()
