import torch
from torch import Tensor


def l1_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    distance = torch.sqrt(torch.square(target - pred))
    if reduction == "none":
        return distance
    elif reduction == "sum":
        return distance.sum()
    else:
        return distance.mean()
