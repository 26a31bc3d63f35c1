from typing import NamedTuple

import torch
from torch import nn

from cnn import BatchNorm2d, conv2d_im2col, max_pool2d
from losses import cross_entropy
from mlp import Linear
from optimizers import Adam


class Run(NamedTuple):
    model: nn.Module  # in evaluation mode
    losses: list[float]


class DigitsCNN(nn.Module):
    def __init__(self, channels, height, width):
        super().__init__()
        self.conv1 = nn.Parameter(torch.randn(8, channels, 3, 3) * (2 / (9 * channels)) ** 0.5)
        self.bn1 = BatchNorm2d(8)
        self.conv2 = nn.Parameter(torch.randn(16, 8, 3, 3) * (2 / 72) ** 0.5)
        self.bn2 = BatchNorm2d(16)
        self.fc = Linear(16 * (height // 4) * (width // 4), 10)

    def forward(self, x):
        x = max_pool2d(torch.relu(self.bn1(conv2d_im2col(x, self.conv1, padding=1))), 2)
        x = max_pool2d(torch.relu(self.bn2(conv2d_im2col(x, self.conv2, padding=1))), 2)
        return self.fc(x.flatten(1))


def digits_cnn(x, y, generator, epochs=6, batch_size=25, lr=0.005):
    model = DigitsCNN(*x.shape[1:]).to(device=x.device, dtype=x.dtype)
    optimizer = Adam([*model.bn1.parameters(), *model.bn2.parameters(), *model.fc.parameters()], lr=lr)
    history = []
    n = len(x)
    for epoch in range(epochs):
        model.train()
        running_loss = 0.0
        perm = torch.randperm(n, generator=generator)
        for i in range(0, n, batch_size):
            idx = perm[i : i + batch_size].to(x.device)
            inputs, labels = x[idx], y[idx]
            optimizer.zero_grad()
            outputs = model(inputs)
            loss = cross_entropy(outputs, labels)
            loss.backward()
            optimizer.step()
            running_loss += loss.item() * inputs.size(0)
        history.append(running_loss / n)
    model.eval()
    return Run(model, history)
