import torch
from torch import Tensor


def exponential_average(values: Tensor, beta: float, bias_correction: bool = False) -> Tensor:
    if not 0 <= beta < 1:
        raise ValueError(f"beta = {beta} is not in [0, 1)")
    v = torch.zeros_like(values[0])
    averages = []
    for t, x in enumerate(values, start=1):
        v = beta * v + (1 - beta) * x
        if bias_correction:
            v = v / (1 - beta**t)
        averages.append(v)
    return torch.stack(averages)
