from typing import NamedTuple

import torch
from torch import Tensor, nn


class LinearFit(NamedTuple):
    w: Tensor
    b: Tensor
    losses: list


def fit_linear(x, y, lr, epochs, batch_size, generator):
    if y.shape != x.shape[:1]:
        raise ValueError("y must have one number for each row of x")
    x, y = x.detach(), y.detach()
    with torch.enable_grad():
        model = nn.Linear(x.shape[1], 1, dtype=x.dtype, device=x.device)
        nn.init.zeros_(model.weight)
        nn.init.zeros_(model.bias)
        losses = []
        for _ in range(epochs):
            total = 0.0
            for rows in torch.randperm(len(x), generator=generator).split(batch_size):
                rows = rows.to(x.device)
                loss = nn.functional.mse_loss(model(x[rows]).squeeze(1), y[rows])
                model.zero_grad()
                loss.backward()
                with torch.no_grad():
                    for p in model.parameters():
                        p -= lr * p.grad
                total += loss.item() * len(rows)
            losses.append(total / len(x))
    return LinearFit(model.weight.detach()[0].clone(), model.bias.detach()[0].clone(), losses)
