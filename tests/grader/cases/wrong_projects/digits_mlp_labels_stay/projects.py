from typing import NamedTuple

import torch
from torch import nn

from losses import cross_entropy
from mlp import MLP
from optimizers import Adam


class Run(NamedTuple):
    model: nn.Module  # in evaluation mode
    losses: list[float]


def digits_mlp(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    net = MLP((x.shape[1], 128, 10), torch.relu).to(x)
    adam = Adam(net.parameters(), lr=lr)
    curve = []
    for _ in range(epochs):
        net.train()
        shuffled = x[torch.randperm(len(x), generator=generator).to(x.device)]
        total = 0.0
        for images, labels in zip(shuffled.split(batch_size), y.split(batch_size)):
            loss = cross_entropy(net(images), labels)
            adam.zero_grad()
            loss.backward()
            adam.step()
            total += loss.item() * len(images)
        curve.append(total / len(x))
    return Run(net.eval(), curve)
