import math

import torch
from torch import Tensor


def gaussian_nll(pred: Tensor, target: Tensor, sigma: float | Tensor) -> Tensor:
    if target.shape != pred.shape:
        raise ValueError(f"target {tuple(target.shape)} does not fit pred {tuple(pred.shape)}")
    if isinstance(sigma, Tensor) and sigma.shape != pred.shape:
        raise ValueError(f"sigma {tuple(sigma.shape)} does not fit pred {tuple(pred.shape)}")
    # so that a float and a tensor can be treated alike
    if isinstance(sigma, Tensor):
        std = sigma.clone().detach()
    else:
        std = torch.tensor(sigma, dtype=pred.dtype, device=pred.device)
    if not (std > 0).all():
        raise ValueError("sigma must be above 0")
    z = (pred - target) / std
    return (0.5 * z**2 + torch.log(std) + 0.5 * math.log(2 * math.pi)).mean()
