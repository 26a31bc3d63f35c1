import math

import torch
from torch import Tensor


def gaussian_nll(pred: Tensor, target: Tensor, sigma: float | Tensor) -> Tensor:
    if target.shape != pred.shape:
        raise ValueError("target must have the same shape as pred")
    if isinstance(sigma, Tensor):
        if sigma.shape != pred.shape:
            raise ValueError("sigma must have the same shape as pred")
        if not (sigma > 0).all():
            raise ValueError("sigma must be above 0")
        log_sigma = torch.log(sigma)
    else:
        if not sigma > 0:
            raise ValueError("sigma must be above 0")
        log_sigma = math.log(sigma)
    nll = (pred - target) ** 2 / (2 * sigma) + log_sigma / 2 + math.log(2 * math.pi) / 2
    return nll.mean()
