from torch import Tensor


def l1_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    if pred.size() != target.size():
        raise ValueError(f"target has shape {tuple(target.size())} but pred has {tuple(pred.size())}")
    distance = (pred - target).abs()
    if reduction == "none":
        return distance
    elif reduction == "sum":
        return distance.sum()
    else:
        return distance.mean()
