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
    model = MLP((x.shape[1], 128, 10), torch.relu).to(device=x.device, dtype=x.dtype)
    optimizer = Adam(model.parameters(), lr=lr)
    history = []
    n = len(x)
    for epoch in range(epochs):
        model.train()
        perm = torch.randperm(n, generator=generator)
        for i in range(0, n, batch_size):
            idx = perm[i : i + batch_size].to(x.device)
            inputs, labels = x[idx], y[idx]
            optimizer.zero_grad()
            outputs = model(inputs)
            loss = cross_entropy(outputs, labels)
            loss.backward()
            optimizer.step()
        history.append(loss.item())
    model.eval()
    return Run(model, history)
