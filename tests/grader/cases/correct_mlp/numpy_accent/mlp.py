from collections import namedtuple

import numpy as np
import torch
from torch import nn

Activation = namedtuple("Activation", ["value", "derivative"])


def hard_sigmoid(x):
    zero = torch.zeros_like(x)
    return (torch.maximum(x + 3, zero) - torch.maximum(x - 3, zero)) / 6


def piecewise_linear(x, knots):
    t, h = knots[:, 0], knots[:, 1]
    rise = torch.diff(h)
    run = torch.diff(t)
    ramps = torch.clip((x[..., np.newaxis] - t[:-1]) / run, 0, 1)
    return h[0] + (rise * ramps).sum(axis=-1)


def relu(x):
    positive = x > 0
    return Activation(torch.where(positive, x, 0.0), positive.to(x.dtype))


def leaky_relu(x, negative_slope=0.01):
    slope = torch.ones_like(x)
    slope[x <= 0] = negative_slope
    return Activation(x * slope, slope)


def logistic(x):
    e_minus = torch.exp(-torch.clip(x, 0, None))
    e_plus = torch.exp(torch.clip(x, None, 0))
    return torch.where(x >= 0, 1 / (1 + e_minus), e_plus / (1 + e_plus))


def sigmoid(x):
    s = logistic(x)
    return Activation(s, s * (1 - s))


def tanh(x):
    down = torch.expm1(-2 * torch.clip(x, 0, None))
    up = torch.expm1(2 * torch.clip(x, None, 0))
    value = torch.where(x >= 0, -down / (2 + down), up / (2 + up))
    return Activation(value, 1 - torch.square(value))


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        r = 1 / np.sqrt(in_features)
        self.weight = nn.Parameter(torch.rand(out_features, in_features) * 2 * r - r)
        self.bias = nn.Parameter(torch.rand(out_features) * 2 * r - r) if bias else None

    def forward(self, x):
        y = torch.tensordot(x, self.weight, dims=([-1], [1]))
        return y if self.bias is None else y + self.bias


def xavier_uniform_(weight, gain=1.0, generator=None):
    fan_out, fan_in = weight.shape
    a = gain * np.sqrt(6 / (fan_in + fan_out))
    device = weight.device if generator is None else generator.device
    drawn = torch.rand(weight.shape, generator=generator, dtype=weight.dtype, device=device)
    weight.detach()[...] = (a * (2 * drawn - 1)).to(weight.device)
    return weight


def kaiming_normal_(weight, mode="fan_in", generator=None):
    fan = dict(fan_out=weight.shape[0], fan_in=weight.shape[1])[mode]
    device = weight.device if generator is None else generator.device
    drawn = torch.randn(weight.shape, generator=generator, dtype=weight.dtype, device=device)
    weight.detach()[...] = (np.sqrt(2 / fan) * drawn).to(weight.device)
    return weight


def breaks_symmetry(model):
    layers = [module for module in model.modules() if isinstance(module, nn.Linear)]
    for layer, after in zip(layers[:-1], layers[1:]):
        columns = [layer.weight.detach(), after.weight.detach().T]
        if layer.bias is not None:
            columns.append(layer.bias.detach()[:, np.newaxis])
        units = torch.concatenate(columns, axis=1).cpu().numpy()
        if len(np.unique(units, axis=0)) < len(units):
            return False
    return True


class LogisticRegression(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.linear = Linear(num_features, 1)

    def forward(self, x):
        return logistic(self.linear(x)[:, 0])


class SoftmaxRegression(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.linear = Linear(num_features, num_classes)

    def forward(self, x):
        return self.linear(x.reshape(x.shape[0], -1))


class MLP(nn.Module):
    def __init__(self, sizes, activation):
        super().__init__()
        shapes = np.lib.stride_tricks.sliding_window_view(np.array(sizes), 2).tolist()
        self.layers = nn.ModuleList([Linear(d, k) for d, k in shapes])
        self.activation = activation

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.layers[-1](x)


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        keep = torch.rand(x.shape, dtype=x.dtype, device=x.device) >= self.p
        return torch.where(keep, x / (1 - self.p) if self.p < 1 else x, 0.0)


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        m, v = self.running_mean, self.running_var
        if self.training:
            n = x.shape[0]
            if n == 1:
                raise ValueError("x has one row, which has no variance")
            m = x.mean(axis=0)
            v = torch.square(x - m).mean(axis=0)
            a = self.momentum
            self.running_mean[:] = (1 - a) * self.running_mean + a * m.detach()
            self.running_var[:] = (1 - a) * self.running_var + a * v.detach() * n / (n - 1)
        return (x - m) / torch.sqrt(v + self.eps) * self.weight + self.bias


class LayerNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        x = x - x.mean(axis=-1, keepdims=True)
        return x / torch.sqrt(torch.square(x).mean(axis=-1, keepdims=True) + self.eps) * self.weight + self.bias


class SharedMLP(nn.Module):
    def __init__(self, in_features, hidden, out_features):
        super().__init__()
        self.first = Linear(in_features, hidden)
        self.shared = Linear(hidden, hidden)
        self.last = Linear(hidden, out_features)

    def forward(self, x):
        h1 = relu(self.first(x)).value
        h2 = relu(self.shared(h1)).value
        h3 = relu(self.shared(h2)).value
        return self.last(h3)


import collections


GradientGaps = collections.namedtuple("GradientGaps", "evaluation training")
CurveFit = collections.namedtuple("CurveFit", "offset c b w losses")


def equal_gradients(model, x, y):
    weights = [m.weight for m in model.modules() if isinstance(m, torch.nn.Linear)][:-1]
    modes = [m.training for m in model.modules()]

    def gaps(mode):
        model.train(mode)
        loss = torch.nn.functional.mse_loss(model(x), y)
        return [(g[:, None] - g[None, :]).abs().max().item() for g in torch.autograd.grad(loss, weights)]

    found = GradientGaps(gaps(False), gaps(True))
    for m, mode in zip(model.modules(), modes):
        m.training = mode
    return found


def fit_curve(x, y, start, lr, steps):
    o, c, b, w = (p.detach() for p in start)
    losses = []
    for _ in range(steps):
        s = torch.sigmoid(b + torch.outer(x, w))
        e = o + s @ c - y
        losses.append(float((e * e).mean()))
        up = 2 * e / len(x)
        inner = torch.outer(up, c) * s * (1 - s)
        o, c, b, w = o - lr * up.sum(), c - lr * up @ s, b - lr * inner.sum(0), w - lr * x @ inner
    return CurveFit(o.clone(), c.clone(), b.clone(), w.clone(), losses)
