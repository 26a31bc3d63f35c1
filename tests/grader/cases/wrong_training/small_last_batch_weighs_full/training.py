from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class History(NamedTuple):
    """The losses of a training, one for each epoch."""

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
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    n = x.shape[0]
    history = History([], [])
    for epoch in range(epochs):
        # ---- train
        model.train()
        epoch_loss = 0.0
        perm = torch.randperm(n, generator=generator)
        for rows in perm.split(batch_size):
            opt.zero_grad()
            loss = F.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            opt.step()
            epoch_loss += loss.item() * batch_size
        history.train_losses.append(epoch_loss / n)
        # ---- validate
        model.eval()
        with torch.no_grad():
            val_loss = F.cross_entropy(model(x_val), y_val)
        history.validation_losses.append(val_loss.item())
    return history
