from typing import NamedTuple

import torch
from torch import nn

from losses import cross_entropy
from mlp import MLP
from optimizers import Adam


class Run(NamedTuple):
    model: nn.Module  # in evaluation mode
    losses: list[float]


def digits_mlp(x, y, generator, epochs=10, batch_size=20, lr=0.003):
    model = MLP((x.shape[1], 128, 10), torch.relu).to(x.dtype).to(x.device)
    optimizer = Adam(model.parameters(), lr=lr)
    losses = []
    batches_per_epoch = len(x) // batch_size
    for epoch in range(epochs):
        model.train()
        order = torch.randperm(len(x), generator=generator)
        epoch_losses = []
        for b in range(batches_per_epoch):
            rows = order[b * batch_size : (b + 1) * batch_size].to(x.device)
            probabilities = torch.softmax(model(x[rows]), dim=1)
            loss = cross_entropy(probabilities, y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            epoch_losses.append(loss.item())
        losses.append(sum(epoch_losses) / max(len(epoch_losses), 1))
    model.eval()
    return Run(model, losses)
