from typing import NamedTuple

import torch
from torch import nn


class GradientGaps(NamedTuple):
    evaluation: list
    training: list


def equal_gradients(model, x, y):
    linear = [m for m in model.modules() if isinstance(m, nn.Linear)]
    modes = [(m, m.training) for m in model.modules()]
    out = []
    for mode in (False, True):
        model.train(mode)
        loss = nn.MSELoss()(model(x), y)
        grads = torch.autograd.grad(loss, [layer.weight for layer in linear[:-1]])
        out.append([(g.max() - g.min()).item() for g in grads])
    for m, mode in modes:
        m.training = mode
    return GradientGaps(*out)
