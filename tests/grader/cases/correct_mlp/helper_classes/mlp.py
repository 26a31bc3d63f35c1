# no annotations, small helper classes
import math
from collections import namedtuple

import torch
from torch import nn
from torch.nn import functional as F

Activation = namedtuple("Activation", "value derivative")


class Ramp:
    """0 up to `start`, 1 from `stop` on, straight in between."""

    def __init__(self, start, stop):
        self.start = start
        self.stop = stop

    def __call__(self, x):
        u = (x - self.start) / (self.stop - self.start)
        return torch.clamp(u, min=0, max=1)


def hard_sigmoid(x):
    return Ramp(-3, 3)(x)


def piecewise_linear(x, knots):
    if knots.dim() != 2 or knots.size(1) != 2:
        raise ValueError("knots must be a table of two columns")
    if knots.size(0) < 2:
        raise ValueError("knots must have two rows at least")
    for before, after in zip(knots[:-1, 0], knots[1:, 0]):
        if not (before < after):
            raise ValueError("knots: a position is not above the one before")
    result = knots[0, 1] * torch.ones_like(x)
    for before, after in zip(knots[:-1], knots[1:]):
        result = result + Ramp(before[0], after[0])(x) * (after[1] - before[1])
    return result


def leaky_relu(x, negative_slope=0.01):
    d = torch.ones_like(x)
    d[x <= 0] = negative_slope
    return Activation(d * x, d)


def relu(x):
    zero = torch.zeros_like(x)
    return Activation(torch.maximum(x, zero), torch.heaviside(x.detach(), zero))


class StableExp:
    """exp(-|x|), whose gradient at 0 is that of exp(-x)."""

    def __init__(self, x):
        self.right = x >= 0
        self.e = torch.where(self.right, x.neg(), x).exp()

    def choose(self, right, left):
        return torch.where(self.right, right, left)


def sigmoid(x):
    s = StableExp(x)
    y = s.choose(torch.ones_like(x), s.e).div(1 + s.e)
    return Activation(y, s.e / (1 + s.e) ** 2)


def tanh(x):
    s = StableExp(2 * x)
    y = 2 * s.choose(torch.ones_like(x), s.e) / (1 + s.e) - 1
    return Activation(y, 1 - y**2)


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


class Fans:
    def __init__(self, weight):
        if weight.dim() != 2:
            raise ValueError("weight is not a matrix")
        self.fan_out, self.fan_in = weight.shape


def xavier_uniform_(weight, gain=1.0, generator=None):
    fans = Fans(weight)
    a = gain * (6.0 / (fans.fan_in + fans.fan_out)) ** 0.5
    weight.data.uniform_(-a, a, generator=generator)
    return weight


def kaiming_normal_(weight, mode="fan_in", generator=None):
    fans = Fans(weight)
    if mode != "fan_in" and mode != "fan_out":
        raise ValueError("mode is neither fan_in nor fan_out")
    weight.data.normal_(0, (2.0 / getattr(fans, mode)) ** 0.5, generator=generator)
    return weight


def breaks_symmetry(model):
    linears = [m for m in model.modules() if isinstance(m, nn.Linear)]
    for i in range(1, len(linears)):
        a, b = linears[i - 1], linears[i]
        table = [a.weight.data, b.weight.data.t()]
        if a.bias is not None:
            table.append(a.bias.data.unsqueeze(1))
        table = torch.cat(table, 1)
        if torch.unique(table, dim=0).size(0) < table.size(0):
            return False
    return True


class LogisticRegression(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.linear = Linear(num_features, 1)

    def forward(self, x):
        if x.dim() != 2:
            raise ValueError("x must have two axes")
        return torch.sigmoid(self.linear(x)).reshape(x.shape[0])


class SoftmaxRegression(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.linear = Linear(num_features, num_classes)
        self._d = num_features

    def forward(self, x):
        if x.dim() == 0:
            raise ValueError("x is no batch")
        if x.dim() == 1:
            x = x.unsqueeze(1)
        x = torch.flatten(x, start_dim=1)
        if x.shape[1] != self._d:
            raise ValueError("x: a sample has %d numbers instead of %d" % (x.shape[1], self._d))
        return self.linear(x)


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


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p = %s is no probability" % p)
        self._keep = 1.0 - p

    def forward(self, x):
        if self.training and self._keep < 1:
            mask = torch.empty_like(x, requires_grad=False).bernoulli_(self._keep)
            if self._keep > 0:
                mask /= self._keep
            return x * mask
        return x


class RunningAverage:
    """Two buffers of a module that follow the batches."""

    def __init__(self, momentum):
        self.momentum = momentum

    def update(self, buffer, value):
        buffer.add_(self.momentum * (value.detach() - buffer))


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.eps = eps
        self._average = RunningAverage(momentum)

    def forward(self, x):
        if x.dim() != 2 or x.shape[1] != self.running_mean.shape[0]:
            raise ValueError("x must be of shape (N, %d)" % self.running_mean.shape[0])
        if self.training:
            if x.shape[0] == 1:
                raise ValueError("x has one row only")
            m = torch.mean(x, 0)
            v = torch.mean((x - m).pow(2), 0)
            self._average.update(self.running_mean, m)
            self._average.update(self.running_var, v * (x.shape[0] / (x.shape[0] - 1)))
        else:
            m, v = self.running_mean.clone(), self.running_var.clone()
        return (x - m) / (v + self.eps).pow(0.5) * self.weight + self.bias


class LayerNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.eps = eps

    def forward(self, x):
        if x.dim() == 0 or x.shape[-1] != self.weight.shape[0]:
            raise ValueError("x: wrong number of features")
        centred = x - x.mean(-1, True)
        v = centred.pow(2).sum(-1, True) / self.weight.shape[0]
        return centred / (v + self.eps).pow(0.5) * self.weight + self.bias


class SharedMLP(nn.Module):
    def __init__(self, in_features, hidden, out_features):
        super().__init__()
        self.first = Linear(in_features, hidden)
        self.shared = Linear(hidden, hidden)
        self.last = Linear(hidden, out_features)

    def forward(self, x):
        h1 = F.relu(self.first(x))
        h2 = F.relu(self.shared(h1))
        h3 = F.relu(self.shared(h2))
        return self.last(h3)


from typing import NamedTuple


class GradientGaps(NamedTuple):
    evaluation: list[float]
    training: list[float]


def equal_gradients(model, x, y) -> GradientGaps:
    hidden = [m for m in model.modules() if isinstance(m, torch.nn.Linear)][:-1]
    modes = {m: m.training for m in model.modules()}
    gaps = {}
    try:
        for training in (False, True):
            model.train(training)
            loss = (model(x) - y).pow(2).mean()
            grads = torch.autograd.grad(loss, [layer.weight for layer in hidden])
            gaps[training] = [float((g.max(0).values - g.min(0).values).max()) for g in grads]
    finally:
        for m, mode in modes.items():
            m.train(mode) if not list(m.children()) else setattr(m, "training", mode)
    return GradientGaps(evaluation=gaps[False], training=gaps[True])


class CurveFit(NamedTuple):
    offset: torch.Tensor
    c: torch.Tensor
    b: torch.Tensor
    w: torch.Tensor
    losses: list[float]


class SumOfSigmoids(torch.nn.Module):
    def __init__(self, offset, c, b, w):
        super().__init__()
        copied = (part.detach().clone() for part in (offset, c, b, w))
        self.offset, self.c, self.b, self.w = map(torch.nn.Parameter, copied)

    def forward(self, x):
        return self.offset + torch.sigmoid(self.b + x[:, None] * self.w) @ self.c


def fit_curve(x, y, start, lr, steps) -> CurveFit:
    net = SumOfSigmoids(*start)
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(net(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return CurveFit(net.offset.data, net.c.data, net.b.data, net.w.data, losses)
