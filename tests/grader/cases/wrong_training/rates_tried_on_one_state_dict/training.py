import math
from typing import NamedTuple

import torch


class RateRange(NamedTuple):
    start_loss: float
    losses: list
    best: float


def learning_rate_range(model, train, validation, loss_fn, rates, steps):
    modes = {name: module.training for name, module in model.named_modules()}
    start_state = model.state_dict()

    def validation_loss():
        model.eval()
        with torch.no_grad():
            return loss_fn(model(validation[0]), validation[1]).item()

    start_loss = validation_loss()
    losses = []
    for rate in rates:
        model.load_state_dict(start_state)
        model.train()
        optimizer = torch.optim.SGD(model.parameters(), lr=rate)
        for _ in range(steps):
            optimizer.zero_grad()
            loss_fn(model(train[0]), train[1]).backward()
            optimizer.step()
        loss = validation_loss()
        losses.append(loss if loss <= start_loss else math.nan)
    model.load_state_dict(start_state)
    for name, module in model.named_modules():
        module.training = modes[name]
    best, best_loss = math.nan, math.inf
    for rate, loss in zip(rates, losses):
        if loss < best_loss:
            best, best_loss = rate, loss
    return RateRange(start_loss, losses, best)
