from torch import Tensor


def mse_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    loss = (pred - target).pow(2) * 2
    if reduction == "none":
        return loss
    return loss.sum() if reduction == "sum" else loss.mean()
