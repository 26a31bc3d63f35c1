from typing import NamedTuple

import torch
from torch.nn import functional


class History(NamedTuple):
    """The losses of a training, one for each epoch."""

    train_losses: list[float]
    validation_losses: list[float]


def fix_training_loop(model, x, y, x_val, y_val, epochs, batch_size, lr, generator):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    train_losses, validation_losses = [], []
    model.train()
    for _ in range(epochs):
        total = 0.0
        order = torch.randperm(len(x), generator=generator).to(x.device)
        for start in range(0, len(x), batch_size):
            index = order[start : start + batch_size]
            x_batch, y_batch = x[index], y[index]
            loss = functional.cross_entropy(model(x_batch), y_batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(index)
        train_losses.append(total / len(x))
        model.eval()
        with torch.no_grad():
            loss = functional.cross_entropy(model(x_val), y_val)
        validation_losses.append(loss.item())
    return History(train_losses, validation_losses)
