from typing import NamedTuple

import torch
from torch import nn


def standardize(train, test):
    mean, std = train.mean(0), train.std(0, correction=0)
    return (train - mean) / std, (test - mean) / std


class LogisticRegression(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.linear = nn.Linear(num_features, 1)

    def forward(self, x):
        return self.linear(x).squeeze(1).sigmoid()


class TrainingRun(NamedTuple):
    model: nn.Module
    losses: list[float]


def train_classifier(x, y, generator, epochs=10, batch_size=32, lr=0.05):
    model = LogisticRegression(x.shape[1]).to(x)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            loss = nn.functional.binary_cross_entropy(model(x[rows]), y[rows].to(x))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return TrainingRun(model.eval(), losses)
