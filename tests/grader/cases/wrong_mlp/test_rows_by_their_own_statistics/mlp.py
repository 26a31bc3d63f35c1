from typing import NamedTuple

import torch
from torch import Tensor, nn


class TrainingRun(NamedTuple):
    predictions: Tensor
    losses: list[float]


def _scale(t: Tensor) -> Tensor:
    mean = t.mean(dim=0)
    std = t.std(dim=0, correction=0)
    return (t - mean) / torch.where(std > 0, std, torch.ones_like(std))


def train_regression(x: Tensor, y: Tensor, x_test: Tensor, generator: torch.Generator) -> TrainingRun:
    y_mean, y_std = y.mean(), y.std(correction=0)
    inputs, targets = _scale(x), (y - y_mean) / y_std
    model = nn.Linear(x.shape[1], 1).to(x.device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    losses = []
    for _ in range(20):
        order = torch.randperm(len(x), generator=generator)
        total = 0.0
        for index in order.split(32):
            loss = ((model(inputs[index]).squeeze(1) - targets[index]) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(index)
        losses.append(total / len(x))
    with torch.no_grad():
        predictions = model(_scale(x_test)).squeeze(1) * y_std + y_mean
    return TrainingRun(predictions, losses)
