from typing import NamedTuple

import torch
from torch import nn

from losses import cross_entropy
from mlp import MLP
from optimizers import Adam


class Run(NamedTuple):
    model: nn.Module
    losses: list[float]


def digits_mlp(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    model = MLP((x.shape[1], 128, 10), torch.relu).to(x)
    optimizer = Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        order = torch.randperm(len(x), generator=generator)
        total = 0.0
        for start in range(0, len(x) - batch_size + 1, batch_size):
            rows = order[start : start + batch_size].to(y.device)
            optimizer.zero_grad()
            loss = cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            total += loss.item() * batch_size
        losses.append(total / len(x))
    model.eval()
    return Run(model, losses)
