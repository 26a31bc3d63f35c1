import math

import torch


def gaussian_nll(pred, target, sigma):
    if target.shape != pred.shape:
        raise ValueError("target has another shape")
    sigma = torch.as_tensor(sigma, dtype=pred.dtype, device=pred.device)
    if sigma.ndim and sigma.shape != pred.shape:
        raise ValueError("sigma has another shape")
    if (sigma <= 0).any():
        raise ValueError("sigma must be above 0")
    return ((pred - target) ** 2 / (2 * sigma**2) + sigma.log() + 0.5 * math.log(2 * math.pi)).mean()
