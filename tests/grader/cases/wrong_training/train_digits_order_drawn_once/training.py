from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F


class MLP(nn.Module):
    def __init__(self, sizes, activation):
        super().__init__()
        self.activation = activation
        self.layers = nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:])])

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.layers[-1](x)


class TrainingRun(NamedTuple):
    model: nn.Module
    losses: list[float]


def train_digits(x, y, generator, epochs=12, batch_size=25, lr=0.1):
    model = MLP([x.shape[1], 128, y.max().item() + 1], torch.relu).to(x)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    batches = torch.randperm(len(x), generator=generator).split(batch_size)
    losses = []
    for epoch in range(epochs):
        running_loss = torch.zeros((), device=x.device)
        for rows in batches:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            running_loss += loss.detach() * len(rows)
        losses.append(running_loss.item() / len(x))
    return TrainingRun(model.eval(), losses)
