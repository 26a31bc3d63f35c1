import math

import torch


def gaussian_nll(pred, target, sigma):
    sigma = torch.as_tensor(sigma, dtype=pred.dtype, device=pred.device)
    variance = sigma.square()
    squared = (target - pred).square() / (2 * variance)
    return torch.mean(squared + variance.log() + 0.5 * math.log(2 * math.pi))
