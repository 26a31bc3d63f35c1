"""Whole tensors at once, as few loops as possible."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn


class Activation(NamedTuple):
    value: Tensor
    derivative: Tensor


def hard_sigmoid(x: Tensor) -> Tensor:
    return (x / 6 + 0.5).clamp(0, 1)


def piecewise_linear(x: Tensor, knots: Tensor) -> Tensor:
    if knots.dim() != 2 or knots.size(0) < 2 or knots.size(1) != 2:
        raise ValueError("knots is not of shape (M, 2) with M >= 2")
    t, h = knots.unbind(1)
    if not bool((t.diff() > 0).all()):
        raise ValueError("knots has positions that do not rise strictly")
    # the piece that each x lies on, and how far along it
    piece = (x.detach().unsqueeze(-1) >= t.detach()[1:-1]).sum(-1)
    left, right = h[piece], h[piece + 1]
    share = ((x - t[piece]) / (t[piece + 1] - t[piece])).clamp(0, 1)
    return left * (1 - share) + right * share


def relu(x: Tensor) -> Activation:
    return Activation(x.clamp(min=0), (x > 0).to(x))


def leaky_relu(x: Tensor, negative_slope: float = 0.01) -> Activation:
    on = x > 0
    slope = on.to(x.dtype) + (~on).to(x.dtype) * negative_slope
    return Activation(x * slope, slope)


def _logistic(x: Tensor) -> Tensor:
    return torch.exp(-torch.logaddexp(torch.zeros_like(x), -x))


def sigmoid(x: Tensor) -> Activation:
    x = x.clamp(-2000, 2000)  # beyond, the value is 0 or 1 anyway
    y = _logistic(x)
    return Activation(y, (y * (1 - y)).detach())


def tanh(x: Tensor) -> Activation:
    y = 2 * _logistic(2 * x.clamp(-1000, 1000)) - 1
    return Activation(y, (1 - y.square()).detach())


class Linear(nn.Module):
    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()
        bound = in_features**-0.5
        draws = (torch.rand(out_features, in_features + 1) * 2 - 1) * bound
        self.weight = nn.Parameter(draws[:, :-1].clone())
        if bias:
            self.bias = nn.Parameter(draws[:, -1].clone())
        else:
            self.register_parameter("bias", None)

    def forward(self, x: Tensor) -> Tensor:
        if x.dim() < 1 or x.size(-1) != self.weight.size(1):
            raise ValueError(f"x: last axis should be {self.weight.size(1)}")
        y = torch.matmul(x, self.weight.mT)
        return y if self.bias is None else y + self.bias


def xavier_uniform_(weight: Tensor, gain: float = 1.0, generator: torch.Generator | None = None) -> Tensor:
    if weight.dim() != 2:
        raise ValueError(f"weight has {weight.dim()} axes instead of two")
    a = gain * (6 / sum(weight.shape)) ** 0.5
    draws = torch.rand(weight.shape, generator=generator, dtype=weight.dtype, device=weight.device)
    with torch.no_grad():
        weight.copy_((2 * draws - 1) * a)
    return weight


def kaiming_normal_(weight: Tensor, mode: str = "fan_in", generator: torch.Generator | None = None) -> Tensor:
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"unknown mode: {mode}")
    if weight.dim() != 2:
        raise ValueError(f"weight has {weight.dim()} axes instead of two")
    fan = weight.size(1 if mode == "fan_in" else 0)
    draws = torch.randn(weight.shape, generator=generator, dtype=weight.dtype, device=weight.device)
    with torch.no_grad():
        weight.copy_(draws * (2 / fan) ** 0.5)
    return weight


@torch.no_grad()
def breaks_symmetry(model: nn.Module) -> bool:
    layers = [m for m in model.modules() if isinstance(m, nn.Linear)]
    for layer, following in zip(layers[:-1], layers[1:]):
        parts = [layer.weight, following.weight.T]
        if layer.bias is not None:
            parts.append(layer.bias[:, None])
        units = torch.cat(parts, dim=1)
        same = (units[:, None, :] == units[None, :, :]).all(-1)
        if same.triu(diagonal=1).any():
            return False
    return True


class LogisticRegression(nn.Module):
    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.linear = nn.Linear(num_features, 1)

    def forward(self, x: Tensor) -> Tensor:
        if x.dim() != 2 or x.size(1) != self.linear.in_features:
            raise ValueError("x must be (N, D)")
        return self.linear(x).squeeze(-1).sigmoid()


class SoftmaxRegression(nn.Module):
    def __init__(self, num_features: int, num_classes: int) -> None:
        super().__init__()
        self.linear = nn.Linear(num_features, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        if x.dim() == 0 or x.shape[1:].numel() != self.linear.in_features:
            raise ValueError(f"each sample of x must have {self.linear.in_features} numbers")
        return self.linear(x.reshape(x.size(0), self.linear.in_features))


class MLP(nn.Module):
    def __init__(self, sizes: Sequence[int], activation: Callable[[Tensor], Tensor]) -> None:
        if len(sizes) < 2:
            raise ValueError("sizes: at least two are needed")
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:]))
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        *hidden, last = self.layers
        for layer in hidden:
            x = self.activation(layer(x))
        return last(x)


class Dropout(nn.Module):
    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError("p must be a probability")
        self.rate = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.rate == 0:
            return x
        if self.rate == 1:
            return torch.where(torch.ones_like(x, dtype=torch.bool), 0.0, x)
        keep = torch.full_like(x, 1 - self.rate, requires_grad=False).bernoulli().bool()
        return torch.where(keep, x / (1 - self.rate), torch.zeros_like(x))


class BatchNorm1d(nn.Module):
    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x: Tensor) -> Tensor:
        if x.dim() != 2 or x.size(1) != self.weight.numel():
            raise ValueError("x must be (N, D)")
        if not self.training:
            mean, var = self.running_mean, self.running_var
        else:
            if x.size(0) < 2:
                raise ValueError("x has a single row, which has no variance")
            var, mean = torch.var_mean(x, dim=0, correction=0)
            self.running_mean = torch.lerp(self.running_mean, mean.detach(), self.momentum)
            self.running_var = torch.lerp(self.running_var, x.detach().var(0, correction=1), self.momentum)
        return (x - mean) * (var + self.eps).rsqrt() * self.weight + self.bias


class LayerNorm(nn.Module):
    def __init__(self, num_features: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x: Tensor) -> Tensor:
        if x.dim() == 0 or x.size(-1) != self.weight.numel():
            raise ValueError("x has the wrong last axis")
        centred = x - x.mean(-1, keepdim=True)
        var = centred.square().mean(-1, keepdim=True)
        return centred * (var + self.eps).rsqrt() * self.weight + self.bias


class SharedMLP(nn.Module):
    def __init__(self, in_features: int, hidden: int, out_features: int) -> None:
        super().__init__()
        self.first = nn.Linear(in_features, hidden)
        self.shared = nn.Linear(hidden, hidden)
        self.last = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.shared(self.shared(self.first(x).relu()).relu()).relu())


class Scales(NamedTuple):
    forward: list[float]
    backward: list[float]
    verdict: str


def activation_scales(x, upstream, depth, inits, activations, generator) -> dict:
    def of_pair(fill, activation) -> Scales:
        weights = torch.empty(depth, x.size(1), x.size(1), dtype=x.dtype)
        for weight in weights:
            fill(weight, generator)
        h, leaves = [x], []
        for weight in weights.to(x.device):
            leaves.append(torch.zeros_like(x, requires_grad=True))  # its gradient is that of h
            h.append(activation(h[-1] @ weight.mT) + leaves[-1])
        gradients = torch.autograd.grad(h[-1], leaves, upstream)
        signal = torch.stack(h).detach().std((1, 2), correction=0)
        gradient = torch.stack([*gradients, upstream]).std((1, 2), correction=0)
        ratios = torch.stack([signal[-1] / signal[0], gradient[0] / gradient[-1]])
        verdict = "explodes" if not (ratios <= 100).all() else "vanishes" if (ratios < 0.01).any() else "holds"
        return Scales(signal[1:].tolist(), gradient[:-1].tolist(), verdict)

    return {(i, a): of_pair(fill, activation) for i, fill in inits.items() for a, activation in activations.items()}


class DeadUnits(NamedTuple):
    before: list[float]
    relu: list[float]
    leaky: list[float]
    relu_losses: list[float]
    leaky_losses: list[float]


def dead_relus(model, x: Tensor, y: Tensor, lr: float, steps: int, negative_slope: float = 0.01) -> DeadUnits:
    start = [p.detach() for layer in model.layers for p in (layer.weight, layer.bias)]

    def run(parameters, slope):
        h, shares = x, []
        for weight, bias in zip(parameters[:-2:2], parameters[1:-2:2]):
            sums = h @ weight.mT + bias
            shares.append(1 - (sums > 0).any(0).to(torch.float64).mean().item())
            h = torch.nn.functional.leaky_relu(sums, slope)
        return (h @ parameters[-2].mT + parameters[-1] - y[:, None]).square().mean(), shares

    def train(slope):
        parameters, losses = [p.clone().requires_grad_() for p in start], []
        for _ in range(steps):
            loss, _ = run(parameters, slope)
            losses.append(loss.item())
            gradients = torch.autograd.grad(loss, parameters)
            parameters = [(p - lr * g).detach().requires_grad_() for p, g in zip(parameters, gradients)]
        loss, shares = run(parameters, slope)
        return shares, [*losses, loss.item()]

    (relus, relu_losses), (leaky, leaky_losses) = train(0.0), train(negative_slope)
    return DeadUnits(run(start, 0.0)[1], relus, leaky, relu_losses, leaky_losses)


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
