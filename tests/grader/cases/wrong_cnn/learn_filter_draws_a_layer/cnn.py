from typing import NamedTuple

import torch
from torch import Tensor, nn


class LearnedFilter(NamedTuple):
    kernel: Tensor
    losses: list


def learn_filter(x, y, kernel_size, lr, steps, generator):
    size = (kernel_size, kernel_size) if isinstance(kernel_size, int) else tuple(kernel_size)
    if y.shape != (len(x), x.shape[1] - size[0] + 1, x.shape[2] - size[1] + 1):
        raise ValueError("y does not fit to x and kernel_size")
    layer = nn.Conv2d(1, 1, size, bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.randn(1, 1, *size, generator=generator))
    layer.to(x)
    optimizer = torch.optim.SGD(layer.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(layer(x.detach().unsqueeze(1)), y.detach().unsqueeze(1))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return LearnedFilter(layer.weight.detach()[0, 0].clone(), losses)
