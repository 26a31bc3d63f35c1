from typing import NamedTuple

import torch
from torch import nn

from cnn import BatchNorm2d, conv2d_im2col, max_pool2d
from losses import cross_entropy
from mlp import Linear
from optimizers import Adam


class Run(NamedTuple):
    model: nn.Module
    losses: list[float]


class Net(nn.Module):
    def __init__(self, channels, height, width):
        super().__init__()
        self.conv1 = ((2 / 9 / channels) ** 0.5 * torch.randn(8, channels, 3, 3)).requires_grad_()
        self.conv2 = (torch.randn(16, 8, 3, 3) / 6).requires_grad_()
        self.bn1, self.bn2 = BatchNorm2d(8), BatchNorm2d(16)
        self.fc = Linear(16 * (height // 4) * (width // 4), 10)

    def forward(self, x):
        x = max_pool2d(torch.relu(self.bn1(conv2d_im2col(x, self.conv1, padding=1))), 2)
        x = max_pool2d(torch.relu(self.bn2(conv2d_im2col(x, self.conv2, padding=1))), 2)
        return self.fc(x.flatten(1))


def digits_cnn(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    model = Net(*x.shape[1:]).to(x)
    optimizer = Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).to(y.device).split(batch_size):
            loss = cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    model.eval()
    return Run(model, losses)
