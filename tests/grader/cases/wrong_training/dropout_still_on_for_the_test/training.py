from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class TrainingRun(NamedTuple):
    predictions: Tensor
    losses: list[float]


def train_digits(x: Tensor, y: Tensor, x_test: Tensor, generator: torch.Generator) -> TrainingRun:
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 10)).to(x.device)
    opt = torch.optim.Adam(net.parameters(), lr=0.005)
    epoch_losses = []
    net.train()
    for epoch in range(20):
        running = 0.0
        for idx in torch.randperm(len(x), generator=generator).split(32):
            opt.zero_grad()
            loss = F.cross_entropy(net(x[idx]), y[idx])
            loss.backward()
            opt.step()
            running += loss.item() * len(idx)
        epoch_losses.append(running / len(x))

    with torch.no_grad():
        scores = net(x_test)
    return TrainingRun(scores, epoch_losses)
