import torch
from torch import Tensor


def exponential_average(values: Tensor, beta: float, bias_correction: bool = False) -> Tensor:
    if beta < 0 or beta >= 1:
        raise ValueError(f"beta must be in [0, 1), got {beta}")
    average, averages = torch.zeros_like(values[0]), []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t) if bias_correction else average)
    return torch.stack(averages)
