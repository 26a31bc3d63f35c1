from typing import NamedTuple

import torch
from torch import Tensor, nn


class TrainingRun(NamedTuple):
    predictions: Tensor
    losses: list[float]


def train_classifier(x, y, x_test, generator):
    model = nn.Sequential(nn.Linear(x.shape[1], 32), nn.ReLU(), nn.Linear(32, 1)).to(x.device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = nn.BCEWithLogitsLoss()
    losses = []
    for _ in range(30):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).to(x.device).split(32):
            loss = loss_fn(model(x[rows]).squeeze(1), y[rows].float())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    with torch.no_grad():
        return TrainingRun(model(x_test).squeeze(1).sigmoid(), losses)
