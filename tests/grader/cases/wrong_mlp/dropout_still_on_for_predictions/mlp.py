from typing import NamedTuple

import torch
from torch import Tensor, nn


class TrainingRun(NamedTuple):
    predictions: Tensor
    losses: list[float]


def train_classifier(x: Tensor, y: Tensor, x_test: Tensor, generator: torch.Generator) -> TrainingRun:
    mu, sigma = x.mean(0), x.std(0)
    sigma = torch.where(sigma == 0, torch.ones_like(sigma), sigma)
    xs = (x - mu) / sigma
    ys = y.float()

    net = nn.Sequential(nn.Linear(x.shape[1], 16), nn.ReLU(), nn.Dropout(0.25), nn.Linear(16, 1)).to(x.device)
    opt = torch.optim.Adam(net.parameters(), lr=0.02)
    criterion = nn.BCEWithLogitsLoss()
    losses = []
    net.train()
    for epoch in range(15):
        epoch_loss = 0.0
        order = torch.randperm(len(xs), generator=generator)
        for i in range(0, len(xs), 32):
            idx = order[i : i + 32]
            opt.zero_grad()
            loss = criterion(net(xs[idx]).squeeze(1), ys[idx])
            loss.backward()
            opt.step()
            epoch_loss += loss.item() * len(idx)
        losses.append(epoch_loss / len(xs))

    with torch.no_grad():
        probs = torch.sigmoid(net((x_test - mu) / sigma)).squeeze(1)
    return TrainingRun(probs, losses)
