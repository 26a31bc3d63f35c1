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
    def net():
        return MLP([x.shape[1], 128, 10], torch.relu).to(x)

    model = net()
    optimizer = Adam(net().parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            rows = rows.to(y.device)
            optimizer.zero_grad()
            model.zero_grad()
            loss = cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return Run(model.eval(), losses)
