import torch
from torch import Tensor, nn


def masked_mean(x: Tensor, lengths: Tensor) -> Tensor:
    n, steps = x.shape[:2]
    if lengths.shape != (n,) or (n and (lengths.min() < 1 or lengths.max() > steps)):
        raise ValueError(f"lengths must be {n} numbers from 1 to {steps}")
    mask = torch.arange(steps, device=x.device) < lengths[:, None]
    kept = x * mask[:, :, None]
    return kept.sum(1) / lengths[:, None].to(x.dtype)
