from typing import NamedTuple

import torch
from torch import nn

from losses import cross_entropy
from mlp import Linear
from optimizers import SGD
from resnet import ResidualBlock


class Run(NamedTuple):
    model: nn.Module
    losses: list[float]


class Plain(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(x)))


class Net(nn.Module):
    def __init__(self, channels, blocks, residual):
        super().__init__()
        self.stem = nn.Conv2d(channels, 12, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(12)
        kind = ResidualBlock if residual else Plain
        self.blocks = nn.Sequential(*[kind(12)] * blocks)
        self.fc = Linear(12, 10)

    def forward(self, x):
        x = self.blocks(torch.relu(self.bn(self.stem(x))))
        return self.fc(x.mean((2, 3)))


def depth(x, y, generator, blocks=9, residual=True, epochs=5, batch_size=25, lr=0.05):
    model = Net(x.shape[1], blocks, residual).to(x)
    optimizer = SGD(model.parameters(), lr=lr, momentum=0.9)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).to(y.device).split(batch_size):
            optimizer.zero_grad()
            loss = cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return Run(model.eval(), losses)
