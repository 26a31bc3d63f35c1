import torch


def kaiming_normal_(weight, mode="fan_in", generator=None):
    if weight.dim() != 2:
        raise ValueError("weight must have two axes")
    if mode not in ("fan_in", "fan_out"):
        raise ValueError("mode must be fan_in or fan_out")

    fan_out, fan_in = weight.shape
    fan = fan_in if mode == "fan_in" else fan_out
    std = (2.0 / fan) ** 0.5

    noise = torch.randn(weight.shape, generator=generator, dtype=weight.dtype, device=weight.device)
    weight.data = noise * std
    return weight
