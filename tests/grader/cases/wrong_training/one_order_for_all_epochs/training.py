from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional


class History(NamedTuple):
    train_losses: list[float]
    validation_losses: list[float]


def fix_training_loop(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    x_val: Tensor,
    y_val: Tensor,
    epochs: int,
    batch_size: int,
    lr: float,
    generator: torch.Generator,
) -> History:
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    train_losses, validation_losses = [], []
    order = torch.randperm(len(x), generator=generator)
    x, y = x[order], y[order]  # labels must move with their samples
    for _ in range(epochs):
        model.train()
        total = 0.0
        for start in range(0, len(x), batch_size):
            x_batch, y_batch = x[start : start + batch_size], y[start : start + batch_size]
            loss = functional.cross_entropy(model(x_batch), y_batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x_batch)
        train_losses.append(total / len(x))
        model.eval()
        with torch.no_grad():
            validation_losses.append(functional.cross_entropy(model(x_val), y_val).item())
    return History(train_losses, validation_losses)
