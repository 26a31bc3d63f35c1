import copy
import math
from typing import NamedTuple

import torch


class RateRange(NamedTuple):
    start_loss: float
    losses: list[float]
    best: float


def learning_rate_range(model, train, validation, loss_fn, rates, steps):
    (x, y), (x_val, y_val) = train, validation
    with torch.no_grad():
        start = loss_fn(copy.deepcopy(model).eval()(x_val), y_val).item()
    losses = []
    for rate in rates:
        net = copy.deepcopy(model).train()
        for _ in range(steps):
            grads = torch.autograd.grad(loss_fn(net(x), y), list(net.parameters()))
            with torch.no_grad():
                for p, g in zip(net.parameters(), grads, strict=True):
                    p -= rate * g
        with torch.no_grad():
            loss = loss_fn(net(x_val), y_val).item()
        losses.append(loss if math.isfinite(loss) else math.nan)
    usable = [(loss, -i) for i, loss in enumerate(losses) if not math.isnan(loss)]
    best = rates[-max(usable, key=lambda pair: (-pair[0], pair[1]))[1]] if usable else math.nan
    return RateRange(start, losses, best)
