import torch
from torch import Tensor


def exponential_average(values: Tensor, beta: float, bias_correction: bool = False) -> Tensor:
    if not 0 <= beta < 1:
        raise ValueError("beta must be in [0, 1)")
    running = values[0]
    history = []
    for step, value in enumerate(values, start=1):
        if step > 1:
            running = beta * running + (1 - beta) * value
        history.append(running / (1 - beta**step) if bias_correction else running)
    return torch.stack(history)
