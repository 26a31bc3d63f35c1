from copy import deepcopy
from typing import NamedTuple

import torch


class Sweep(NamedTuple):
    losses: torch.Tensor
    best: float


def learning_rate_sweep(model, x, y, lrs, steps):
    table = torch.zeros(len(lrs), dtype=x.dtype, device=x.device)
    for i, lr in enumerate(lrs):
        net = deepcopy(model)
        for p in net.parameters():
            p.grad = None
        params = [p for p in net.parameters() if p.requires_grad]
        with torch.enable_grad():
            for step in range(steps):
                error = net(x) - y
                loss = (error * error).mean()
                grads = torch.autograd.grad(loss, params)
                with torch.no_grad():
                    for p, g in zip(params, grads):
                        p -= lr * g
        with torch.no_grad():
            table[i] = ((net(x) - y) ** 2).mean()
    return Sweep(table, lrs[table.argmin().item()])
