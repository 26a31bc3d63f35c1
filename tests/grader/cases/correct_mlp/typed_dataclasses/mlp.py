from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Activation(NamedTuple):
    value: Tensor
    derivative: Tensor


def hard_sigmoid(x: Tensor) -> Tensor:
    ramp: Tensor = torch.relu(x + 3.0) - torch.relu(x - 3.0)
    return ramp / 6.0


@dataclass(frozen=True)
class Piece:
    start: Tensor
    stop: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        share = (x - self.start[0]) / (self.stop[0] - self.start[0])
        return share.clamp(0.0, 1.0) * (self.stop[1] - self.start[1])


def piecewise_linear(x: Tensor, knots: Tensor) -> Tensor:
    pieces: Iterator[Piece] = itertools.starmap(Piece, itertools.pairwise(knots.unbind(0)))
    start: Tensor = knots[0, 1].expand_as(x)
    return sum((piece(x) for piece in pieces), start=start)


def relu(x: Tensor) -> Activation:
    on: Tensor = x > 0
    return Activation(value=torch.where(on, x, x.new_zeros(())), derivative=on.to(x.dtype))


def leaky_relu(x: Tensor, negative_slope: float = 0.01) -> Activation:
    on: Tensor = x > 0
    derivative = torch.full_like(x, negative_slope).masked_fill(on, 1.0)
    return Activation(value=torch.where(on, x, negative_slope * x), derivative=derivative)


@dataclass(frozen=True)
class Halves:
    """A function computed from the right on positive numbers, and from the left on the others."""

    right: Callable[[Tensor], Tensor]
    left: Callable[[Tensor], Tensor]

    def __call__(self, x: Tensor) -> Tensor:
        return torch.where(x > 0, self.right(x.clamp(min=0)), self.left(x.clamp(max=0)))


def sigmoid(x: Tensor) -> Activation:
    logistic = Halves(right=lambda p: 1 / (1 + torch.exp(-p)), left=lambda n: n.exp() / (1 + n.exp()))
    value: Tensor = logistic(x)
    return Activation(value, value * (1 - value))


def tanh(x: Tensor) -> Activation:
    bend = Halves(
        right=lambda p: -torch.expm1(-2 * p) / (2 + torch.expm1(-2 * p)),
        left=lambda n: torch.expm1(2 * n) / (2 + torch.expm1(2 * n)),
    )
    value: Tensor = bend(x)
    return Activation(value, (1 - value) * (1 + value))


class Linear(nn.Module):
    weight: nn.Parameter
    bias: nn.Parameter | None

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()
        bound: float = 1.0 / math.sqrt(in_features)
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        product: Tensor = torch.einsum("...d,kd->...k", x, self.weight)
        return product if self.bias is None else product + self.bias


@torch.no_grad()
def xavier_uniform_(weight: Tensor, gain: float = 1.0, generator: torch.Generator | None = None) -> Tensor:
    bound: float = gain * math.sqrt(6.0 / sum(weight.shape))
    return weight.uniform_(-bound, bound, generator=generator)


@torch.no_grad()
def kaiming_normal_(weight: Tensor, mode: str = "fan_in", generator: torch.Generator | None = None) -> Tensor:
    fan_out, fan_in = weight.shape
    fan: int = {"fan_in": fan_in, "fan_out": fan_out}[mode]
    return weight.normal_(0.0, math.sqrt(2.0 / fan), generator=generator)


def breaks_symmetry(model: nn.Module) -> bool:
    chain: list[nn.Linear] = [module for module in model.modules() if isinstance(module, nn.Linear)]

    def units(layer: nn.Linear, following: nn.Linear) -> list[tuple[float, ...]]:
        biases: list[float] = [0.0] * layer.out_features if layer.bias is None else layer.bias.tolist()
        incoming, outgoing = layer.weight.tolist(), following.weight.t().tolist()
        return [(*row, bias, *column) for row, bias, column in zip(incoming, biases, outgoing, strict=True)]

    hidden = (units(layer, following) for layer, following in itertools.pairwise(chain))
    return all(len(set(of_layer)) == len(of_layer) for of_layer in hidden)


class LogisticRegression(nn.Module):
    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.linear = Linear(num_features, 1)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.linear(x)
        return sigmoid(scores.squeeze(1)).value


class SoftmaxRegression(nn.Module):
    def __init__(self, num_features: int, num_classes: int) -> None:
        super().__init__()
        self.flatten = nn.Flatten()
        self.linear = Linear(num_features, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.linear(self.flatten(x))
        return logits


class MLP(nn.Module):
    def __init__(self, sizes: Sequence[int], activation: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Linear(d, k) for d, k in itertools.pairwise(sizes))
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        *hidden, last = self.layers
        for layer in hidden:
            x = self.activation(layer(x))
        y: Tensor = last(x)
        return y


class Dropout(nn.Module):
    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p: float = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        off: Tensor = torch.bernoulli(torch.full_like(x, self.p)).bool()
        scale: float = 1.0 if self.p == 1 else 1.0 / (1.0 - self.p)
        return (x * scale).masked_fill(off, 0.0)


@dataclass(frozen=True)
class Moments:
    mean: Tensor
    variance: Tensor

    @classmethod
    def of(cls, x: Tensor, dim: int) -> Moments:
        variance, mean = torch.var_mean(x, dim=dim, correction=0, keepdim=True)
        return cls(mean, variance)

    def normalise(self, x: Tensor, eps: float) -> Tensor:
        return (x - self.mean) * torch.rsqrt(self.variance + eps)


class BatchNorm1d(nn.Module):
    running_mean: Tensor
    running_var: Tensor

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.eps: float = eps
        self.momentum: float = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    @torch.no_grad()
    def move(self, moments: Moments, samples: int) -> None:
        self.running_mean.lerp_(moments.mean.squeeze(0), self.momentum)
        self.running_var.lerp_(moments.variance.squeeze(0) * (samples / (samples - 1)), self.momentum)

    def forward(self, x: Tensor) -> Tensor:
        moments = Moments(self.running_mean, self.running_var)
        if self.training:
            if x.size(0) == 1:
                raise ValueError("x holds one sample, which has no variance")
            moments = Moments.of(x, dim=0)
            self.move(moments, x.size(0))
        return torch.addcmul(self.bias, moments.normalise(x, self.eps), self.weight)


class LayerNorm(nn.Module):
    def __init__(self, num_features: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps: float = eps
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x: Tensor) -> Tensor:
        return Moments.of(x, dim=-1).normalise(x, self.eps) * self.weight + self.bias


class SharedMLP(nn.Module):
    def __init__(self, in_features: int, hidden: int, out_features: int) -> None:
        super().__init__()
        self.first = Linear(in_features, hidden)
        self.shared = Linear(hidden, hidden)
        self.last = Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        for layer in (self.first, self.shared, self.shared):
            x = F.relu(layer(x))
        y: Tensor = self.last(x)
        return y


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
