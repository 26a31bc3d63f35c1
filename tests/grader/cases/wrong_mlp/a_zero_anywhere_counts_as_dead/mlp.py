from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F


class MLP(nn.Module):
    def __init__(self, sizes, activation):
        super().__init__()
        self.activation = activation
        self.layers = nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:])])

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.layers[-1](x)


class DeadUnits(NamedTuple):
    before: list
    relu: list
    leaky: list
    relu_losses: list
    leaky_losses: list


@torch.no_grad()
def dead(net, x):
    out = []
    for layer in net.layers[:-1]:
        z = layer(x)
        out.append(((z <= 0).sum(0) > 0).double().mean().item())
        x = net.activation(z)
    return out


def dead_relus(model, x, y, lr, steps, negative_slope=0.01):
    sizes = [model.layers[0].weight.shape[1]] + [layer.weight.shape[0] for layer in model.layers]
    before = dead(model, x)
    results = []
    for act in (torch.relu, lambda z: F.leaky_relu(z, negative_slope)):
        net = MLP(sizes, act).to(x)
        net.load_state_dict(model.state_dict())
        opt = torch.optim.SGD(net.parameters(), lr=lr)
        losses = []
        for _ in range(steps):
            loss = F.mse_loss(net(x)[:, 0], y)
            opt.zero_grad()
            loss.backward()
            opt.step()
            losses.append(loss.item())
        losses.append(F.mse_loss(net(x)[:, 0], y).item())
        results.append((dead(net, x), losses))
    return DeadUnits(before, results[0][0], results[1][0], results[0][1], results[1][1])
