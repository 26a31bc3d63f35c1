import math
from typing import NamedTuple as NT
import torch as t, torch.nn as nn, torch.nn.functional as F
from torch import Tensor as T


class Activation(NT): value: T; derivative: T


def bad(*msgs):
    raise ValueError(" ".join(map(str, msgs)))


def hard_sigmoid(x):
    return (F.relu(3 + x) - F.relu(x - 3)) * (1 / 6)


def piecewise_linear(x, knots):
    if knots.ndim != 2 or knots.shape[1] != 2 or len(knots) < 2: bad("knots", knots.shape)
    if not (knots[:-1, 0] < knots[1:, 0]).all(): bad("knots: positions")
    p, h = knots.T
    u = (x[..., None] - p[:-1]) / p.diff()
    return h[0] + t.einsum("...m,m->...", u.relu() - (u - 1).relu(), h.diff())


def relu(x):
    on = x.gt(0)
    return Activation(x.masked_fill(~on, 0), on.type_as(x))


def leaky_relu(x, negative_slope=0.01):
    return Activation(x.clamp(min=0) + negative_slope * x.clamp(max=0), t.where(x > 0, t.ones_like(x), negative_slope))


def _s(x):
    x = x.clamp(-1e4, 1e4)
    return t.stack([x, t.zeros_like(x)]).softmax(0)[0]


def sigmoid(x):
    return Activation(y := _s(x), y - y * y)


def tanh(x):
    return Activation(y := _s(2 * x) - _s(-2 * x), 1 - y * y)


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        u = t.distributions.Uniform(-in_features**-0.5, in_features**-0.5)
        self.weight = nn.Parameter(u.sample((out_features, in_features)))
        self.bias = nn.Parameter(u.sample((out_features,))) if bias else None

    def forward(self, x):
        if x.shape[-1:] != self.weight.shape[1:]: bad("x", x.shape)
        return t.einsum("...d,kd->...k", x, self.weight) + (0 if self.bias is None else self.bias)


def _fill(weight, draw, scale):
    with t.no_grad():
        return weight.copy_(draw * scale)


def xavier_uniform_(weight, gain=1.0, generator=None):
    if weight.ndim != 2: bad("weight", weight.shape)
    r = t.rand(*weight.shape, generator=generator, dtype=weight.dtype, device=weight.device)
    return _fill(weight, r * 2 - 1, gain * math.sqrt(6 / sum(weight.shape)))


def kaiming_normal_(weight, mode="fan_in", generator=None):
    if weight.ndim != 2: bad("weight", weight.shape)
    if mode not in (fans := {"fan_in": weight.shape[1], "fan_out": weight.shape[0]}): bad("mode", mode)
    r = t.randn(*weight.shape, generator=generator, dtype=weight.dtype, device=weight.device)
    return _fill(weight, r, math.sqrt(2 / fans[mode]))


def breaks_symmetry(model):
    ls = [m for m in model.modules() if isinstance(m, nn.Linear)]
    for a, b in zip(ls, ls[1:]):
        u = [(*r, *c) for r, c in zip(a.weight.tolist(), b.weight.T.tolist())]
        if a.bias is not None: u = [(*r, c) for r, c in zip(u, a.bias.tolist())]
        u.sort()
        if any(p == q for p, q in zip(u, u[1:])): return False
    return True


class LogisticRegression(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.linear = nn.Linear(num_features, 1)

    def forward(self, x):
        if x.ndim != 2 or x.shape[1] != self.linear.in_features: bad("x", x.shape)
        return t.einsum("nd,kd->n", x, self.linear.weight).add(self.linear.bias).sigmoid()


class SoftmaxRegression(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.linear = nn.Linear(num_features, num_classes)

    def forward(self, x):
        if not x.ndim or math.prod(x.shape[1:]) != self.linear.in_features: bad("x", x.shape)
        w = self.linear.weight.reshape(-1, *x.shape[1:])
        return t.einsum("n...,k...->nk", x, w) + self.linear.bias if x.ndim == 2 else self.linear(x.reshape(len(x), self.linear.in_features))


class MLP(nn.Module):
    def __init__(self, sizes, activation):
        super().__init__()
        if len(sizes) < 2: bad("sizes", sizes)
        self.layers, self.f = nn.ModuleList(map(nn.Linear, sizes[:-1], sizes[1:])), activation

    def forward(self, x):
        for l in self.layers[:-1]: x = self.f(l(x))
        return self.layers[-1](x)


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1: bad("p", p)
        self.q = 1 - p

    def forward(self, x):
        return x * t.bernoulli(t.full_like(x, self.q, requires_grad=False)) / (self.q or 1) if self.training else x


class _Norm(nn.Module):
    def __init__(self, num_features, eps=1e-5):
        super().__init__()
        self.eps, self.d = eps, num_features
        self.weight, self.bias = nn.Parameter(t.ones(num_features)), nn.Parameter(t.zeros(num_features))

    def z(self, x, m, v):
        return (x - m) * self.weight / (v + self.eps).sqrt() + self.bias


class BatchNorm1d(_Norm):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps)
        self.momentum = momentum
        self.register_buffer("running_mean", t.zeros(num_features))
        self.register_buffer("running_var", t.ones(num_features))

    def forward(self, x):
        if x.ndim != 2 or x.shape[1] != self.d or self.training and len(x) < 2: bad("x", x.shape)
        if not self.training: return self.z(x, self.running_mean, self.running_var)
        n, m = len(x), t.einsum("nd->d", x) / len(x)
        s = t.einsum("nd,nd->d", x - m, x - m)
        for b, new in (self.running_mean, m), (self.running_var, s / (n - 1)):
            b.copy_(b + self.momentum * (new.detach() - b))
        return self.z(x, m, s / n)


class LayerNorm(_Norm):
    def forward(self, x):
        if x.shape[-1:] != (self.d,): bad("x", x.shape)
        m = x.mean(-1, keepdim=True)
        return self.z(x, m, t.einsum("...d,...d->...", x - m, x - m)[..., None] / self.d)


class SharedMLP(nn.Module):
    def __init__(self, in_features, hidden, out_features):
        super().__init__()
        self.first, self.shared, self.last = nn.Linear(in_features, hidden), nn.Linear(hidden, hidden), nn.Linear(hidden, out_features)

    def forward(self, x):
        f = lambda l, h: l(h).relu()
        return self.last(f(self.shared, f(self.shared, f(self.first, x))))


import collections
import torch


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
