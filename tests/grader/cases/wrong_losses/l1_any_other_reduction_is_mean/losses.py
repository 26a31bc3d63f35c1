from torch import Tensor


def l1_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    if pred.size() != target.size():
        raise ValueError(f"shape of target {tuple(target.size())} is not the shape of pred {tuple(pred.size())}")
    distance = (pred - target).abs()
    if reduction == "none":
        return distance
    elif reduction == "sum":
        return distance.sum()
    else:
        return distance.mean()
