from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional


class LogisticRegression(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.linear = nn.Linear(num_features, 1)

    def forward(self, x):
        return torch.sigmoid(self.linear(x)).squeeze(-1)


class Standardized(NamedTuple):
    """What `standardize` returns."""

    train: Tensor
    test: Tensor


class TrainingRun(NamedTuple):
    """What a whole training returns."""

    model: nn.Module
    losses: list[float]


def standardize(train, test):
    mean = train.mean(0)
    std = (train - mean).square().mean(0).sqrt()
    same = (train == train[:1]).all(0)
    mean = torch.where(same, train[0], mean)
    std = torch.where(same, torch.ones_like(std), std)
    return Standardized((train - mean) / std, (test - mean) / std)


def train_classifier(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 10, batch_size: int = 32, lr: float = 0.05
) -> TrainingRun:
    x = standardize(x, x).train
    model = LogisticRegression(x.shape[1]).to(x.device, x.dtype)
    losses = []
    for _ in range(epochs):
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        epoch = []
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            rows = rows.to(x.device)
            loss = functional.binary_cross_entropy(model(x[rows]), y[rows].to(x.dtype))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            epoch.append(loss.item())
        losses.append(sum(epoch) / len(epoch))
    return TrainingRun(model.eval(), losses)
