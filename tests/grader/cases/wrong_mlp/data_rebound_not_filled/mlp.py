import torch
from torch import Tensor


def kaiming_normal_(weight: Tensor, mode: str = "fan_in", generator: torch.Generator | None = None) -> Tensor:
    if weight.ndim != 2:
        raise ValueError("weight must have two axes, (fan_out, fan_in)")
    if mode not in ("fan_in", "fan_out"):
        raise ValueError("mode is 'fan_in' or 'fan_out', not " + repr(mode))
    fan_out, fan_in = weight.shape
    fan = fan_in if mode == "fan_in" else fan_out
    std = (2.0 / fan) ** 0.5
    noise = torch.randn(fan_out, fan_in, generator=generator, dtype=weight.dtype, device=weight.device)
    weight.data = std * noise
    return weight
