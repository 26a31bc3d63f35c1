# no annotations, small helper classes
import math

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(out_features, in_features))
        self.bias = nn.Parameter(torch.empty(out_features)) if bias else None
        self.reset(1 / in_features**0.5)

    @torch.no_grad()
    def reset(self, r):
        for p in reversed(list(self.parameters())):
            p.uniform_(-r, r)

    def forward(self, x):
        d = self.weight.shape[1]
        if x.dim() == 0 or x.shape[-1] != d:
            raise ValueError("x: the last axis is not %d long" % d)
        flat = x.reshape(math.prod(x.shape[:-1]), d)
        y = flat.mm(self.weight.t()).reshape(*x.shape[:-1], self.weight.shape[0])
        if self.bias is not None:
            y = y + self.bias
        return y


class LogisticRegression(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.linear = Linear(num_features, 1)

    def forward(self, x):
        if x.dim() != 2:
            raise ValueError("x must have two axes")
        return torch.sigmoid(self.linear(x)).reshape(x.shape[0])


class MLP(nn.Module):
    def __init__(self, sizes, activation):
        super().__init__()
        sizes = tuple(sizes)
        if len(sizes) < 2:
            raise ValueError("sizes: give the input and the output at least")
        self._activation = activation
        layers = []
        for i in range(1, len(sizes)):
            layers.append(Linear(sizes[i - 1], sizes[i]))
        self.layers = nn.ModuleList(layers)

    def forward(self, x):
        h = self.layers[0](x)
        for layer in self.layers[1:]:
            h = layer(self._activation(h))
        return h
