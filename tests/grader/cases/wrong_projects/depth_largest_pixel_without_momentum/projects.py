from typing import NamedTuple

import torch
from torch import nn

from cnn import BatchNorm2d
from losses import cross_entropy
from mlp import Linear
from optimizers import SGD
from resnet import ResidualBlock


class Run(NamedTuple):
    model: nn.Module  # in evaluation mode
    losses: list[float]


class Trainer:
    """The one loop of all projects; what differs comes in as objects."""

    def __init__(self, model, optimizer, generator, batch_size):
        self.model, self.optimizer = model, optimizer
        self.generator, self.batch_size = generator, batch_size
        self.step_number = 0
        self.losses = []

    def schedule(self):
        """Nothing to change by default."""

    def batch_loss(self, rows):
        raise NotImplementedError

    def one_step(self, rows):
        self.schedule()
        loss = self.batch_loss(rows)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.step_number += 1
        return loss.detach().item()

    def run_epoch(self, n):
        self.model.train()
        pieces = torch.randperm(n, generator=self.generator).split(self.batch_size)
        weighted = [self.one_step(rows) * rows.numel() for rows in pieces]
        self.losses.append(sum(weighted) / n)

    def fit(self, n, epochs):
        for _ in range(epochs):
            self.run_epoch(n)
        self.model.eval()
        return self


class ImageTrainer(Trainer):
    def __init__(self, model, optimizer, generator, batch_size, x, y):
        super().__init__(model, optimizer, generator, batch_size)
        self.x, self.y = x, y

    def batch_loss(self, rows):
        rows = rows.to(self.x.device)
        return cross_entropy(self.model(self.x.index_select(0, rows)), self.y.index_select(0, rows))


class Unshortened(ResidualBlock):
    def forward(self, x):
        return self.bn2(self.conv2(self.bn1(self.conv1(x)).relu())).relu()


class Tower(nn.Module):
    def __init__(self, channels, count, block):
        super().__init__()
        self.stem = nn.Conv2d(channels, 12, kernel_size=3, padding=1, bias=False)
        self.bn = BatchNorm2d(12)
        self.blocks = nn.Sequential()
        for number in range(count):
            self.blocks.add_module(str(number), block(12))
        self.fc = Linear(12, 10)

    def forward(self, x):
        h = self.blocks(self.bn(self.stem(x)).relu())
        return self.fc(h.flatten(2).amax(2))


def depth(x, y, generator, blocks=9, residual=True, epochs=5, batch_size=25, lr=0.05):
    model = Tower(x.shape[1], blocks, ResidualBlock if residual else Unshortened).to(x)
    trainer = ImageTrainer(model, SGD(model.parameters(), lr), generator, batch_size, x, y)
    return Run(model, trainer.fit(x.shape[0], epochs).losses)
