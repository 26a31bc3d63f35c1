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
    optimizer = Adam(model.parameters(), lr)
    history = []
    for _ in range(epochs):
        batches = torch.randperm(len(x), generator=generator).to(y.device).split(batch_size)
        running = 0.0
        for rows in batches:
            loss = cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            running += loss.item()
        history.append(running / len(batches))
    model.eval()
    return Run(model, history)
