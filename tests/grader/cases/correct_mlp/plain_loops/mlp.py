"""Plain loops, step by step."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn


class Activation(NamedTuple):
    value: Tensor
    derivative: Tensor


def hard_sigmoid(x: Tensor) -> Tensor:
    return torch.clamp(x + 3, 0, 6) / 6


def piecewise_linear(x: Tensor, knots: Tensor) -> Tensor:
    if knots.ndim != 2 or knots.shape[1] != 2 or knots.shape[0] < 2:
        raise ValueError(f"knots must have the shape (M, 2) with M at least 2, not {tuple(knots.shape)}")
    count = knots.shape[0]
    for i in range(count - 1):
        if not knots[i + 1, 0] > knots[i, 0]:
            raise ValueError("the positions of knots must rise strictly")
    y = torch.zeros_like(x) + knots[0, 1]
    for i in range(count - 1):
        t0, h0 = knots[i, 0], knots[i, 1]
        t1, h1 = knots[i + 1, 0], knots[i + 1, 1]
        u = (x - t0) / (t1 - t0)
        y = y + (h1 - h0) * (torch.relu(u) - torch.relu(u - 1))
    return y


def relu(x: Tensor) -> Activation:
    positive = x > 0
    value = torch.where(positive, x, torch.zeros_like(x))
    derivative = torch.where(positive, torch.ones_like(x), torch.zeros_like(x))
    return Activation(value, derivative)


def leaky_relu(x: Tensor, negative_slope: float = 0.01) -> Activation:
    positive = x > 0
    value = torch.where(positive, x, negative_slope * x)
    derivative = torch.where(positive, torch.ones_like(x), torch.full_like(x, negative_slope))
    return Activation(value, derivative)


def sigmoid(x: Tensor) -> Activation:
    minus_abs = torch.where(x >= 0, -x, x)
    e = torch.exp(minus_abs)
    numerator = torch.where(x >= 0, torch.ones_like(x), e)
    y = numerator / (1 + e)
    return Activation(y, y * (1 - y))


def tanh(x: Tensor) -> Activation:
    minus_abs = torch.where(x >= 0, -x, x)
    e = torch.exp(2 * minus_abs)
    size = (1 - e) / (1 + e)
    y = torch.where(x >= 0, size, -size)
    return Activation(y, 1 - y * y)


class Linear(nn.Module):
    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        r = 1 / math.sqrt(in_features)
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-r, r))
        if bias:
            self.bias = nn.Parameter(torch.empty(out_features).uniform_(-r, r))
        else:
            self.bias = None

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim == 0 or x.shape[-1] != self.in_features:
            raise ValueError(f"the last axis of x must be {self.in_features}, x is {tuple(x.shape)}")
        y = x @ self.weight.t()
        if self.bias is not None:
            y = y + self.bias
        return y


def xavier_uniform_(weight: Tensor, gain: float = 1.0, generator: torch.Generator | None = None) -> Tensor:
    if weight.ndim != 2:
        raise ValueError("weight must have two axes")
    fan_out = weight.shape[0]
    fan_in = weight.shape[1]
    a = gain * math.sqrt(6 / (fan_in + fan_out))
    with torch.no_grad():
        weight.uniform_(-a, a, generator=generator)
    return weight


def kaiming_normal_(weight: Tensor, mode: str = "fan_in", generator: torch.Generator | None = None) -> Tensor:
    if weight.ndim != 2:
        raise ValueError("weight must have two axes")
    if mode == "fan_in":
        fan = weight.shape[1]
    elif mode == "fan_out":
        fan = weight.shape[0]
    else:
        raise ValueError(f"mode must be 'fan_in' or 'fan_out', not {mode!r}")
    with torch.no_grad():
        weight.normal_(0.0, math.sqrt(2 / fan), generator=generator)
    return weight


def breaks_symmetry(model: nn.Module) -> bool:
    layers = []
    for module in model.modules():
        if isinstance(module, nn.Linear):
            layers.append(module)
    for number in range(len(layers) - 1):
        layer, following = layers[number], layers[number + 1]
        for i in range(layer.out_features):
            for j in range(i):
                if not torch.equal(layer.weight[i], layer.weight[j]):
                    continue
                if layer.bias is not None and layer.bias[i] != layer.bias[j]:
                    continue
                if torch.equal(following.weight[:, i], following.weight[:, j]):
                    return False
    return True


class LogisticRegression(nn.Module):
    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.linear = nn.Linear(num_features, 1)

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim != 2 or x.shape[1] != self.linear.in_features:
            raise ValueError(f"x must be (N, {self.linear.in_features}), not {tuple(x.shape)}")
        score = self.linear(x)
        return torch.sigmoid(score[:, 0])


class SoftmaxRegression(nn.Module):
    def __init__(self, num_features: int, num_classes: int) -> None:
        super().__init__()
        self.linear = nn.Linear(num_features, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        numbers = 1
        for size in x.shape[1:]:
            numbers *= size
        if x.ndim == 0 or numbers != self.linear.in_features:
            raise ValueError(f"a sample of x has {numbers} numbers, not {self.linear.in_features}")
        return self.linear(x.reshape(x.shape[0], numbers))


class MLP(nn.Module):
    def __init__(self, sizes: Sequence[int], activation: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        if len(sizes) < 2:
            raise ValueError("sizes must have at least two entries")
        self.activation = activation
        self.layers = nn.ModuleList()
        for i in range(len(sizes) - 1):
            self.layers.append(nn.Linear(sizes[i], sizes[i + 1]))

    def forward(self, x: Tensor) -> Tensor:
        last = len(self.layers) - 1
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if i < last:
                x = self.activation(x)
        return x


class Dropout(nn.Module):
    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must be from 0 to 1, not {p}")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        if self.p == 1:
            return torch.zeros_like(x)
        keep = torch.rand_like(x) >= self.p
        return x * keep / (1 - self.p)


class BatchNorm1d(nn.Module):
    running_mean: Tensor
    running_var: Tensor

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim != 2 or x.shape[1] != self.num_features:
            raise ValueError(f"x must be (N, {self.num_features}), not {tuple(x.shape)}")
        if self.training:
            n = x.shape[0]
            if n < 2:
                raise ValueError("x needs two rows or more while training")
            m = x.sum(0) / n
            v = ((x - m) ** 2).sum(0) / n
            with torch.no_grad():
                self.running_mean *= 1 - self.momentum
                self.running_mean += self.momentum * m
                self.running_var *= 1 - self.momentum
                self.running_var += self.momentum * v * n / (n - 1)
        else:
            m = self.running_mean
            v = self.running_var
        return (x - m) / torch.sqrt(v + self.eps) * self.weight + self.bias


class LayerNorm(nn.Module):
    def __init__(self, num_features: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim == 0 or x.shape[-1] != self.num_features:
            raise ValueError(f"the last axis of x must be {self.num_features}")
        m = x.mean(-1, keepdim=True)
        v = ((x - m) ** 2).mean(-1, keepdim=True)
        return (x - m) / torch.sqrt(v + self.eps) * self.weight + self.bias


class SharedMLP(nn.Module):
    def __init__(self, in_features: int, hidden: int, out_features: int) -> None:
        super().__init__()
        self.first = nn.Linear(in_features, hidden)
        self.shared = nn.Linear(hidden, hidden)
        self.last = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        for layer in (self.first, self.shared, self.shared):
            x = torch.relu(layer(x))
        return self.last(x)


class Scales(NamedTuple):
    forward: list
    backward: list
    verdict: str


def size_of(x: Tensor) -> float:
    mean = x.sum() / x.numel()
    return float((((x - mean) ** 2).sum() / x.numel()) ** 0.5)


def activation_scales(x, upstream, depth, inits, activations, generator):
    table = {}
    for init_name in inits:
        for activation_name in activations:
            h = x.detach().clone()
            h.requires_grad = True
            outputs = []
            for _ in range(depth):
                weight = torch.empty(x.shape[1], x.shape[1], dtype=x.dtype)
                inits[init_name](weight, generator)
                h = activations[activation_name](torch.matmul(h, weight.to(x.device).t()))
                h.retain_grad()
                outputs.append(h)
            h.backward(upstream)
            forward, backward = [], []
            for output in outputs:
                forward.append(size_of(output.detach()))
                backward.append(size_of(output.grad))
            f = forward[-1] / size_of(x)
            b = backward[0] / size_of(upstream)
            if not math.isfinite(f) or not math.isfinite(b) or f > 100 or b > 100:
                verdict = "explodes"
            elif f < 0.01 or b < 0.01:
                verdict = "vanishes"
            else:
                verdict = "holds"
            table[(init_name, activation_name)] = Scales(forward, backward, verdict)
    return table


class DeadUnits(NamedTuple):
    before: list
    relu: list
    leaky: list
    relu_losses: list
    leaky_losses: list


def dead_shares(model, x: Tensor, slope: float) -> list:
    shares = []
    h = x
    for i in range(len(model.layers) - 1):
        sums = model.layers[i](h).detach()
        dead = 0
        for j in range(sums.shape[1]):
            if not bool((sums[:, j] > 0).any()):
                dead += 1
        shares.append(dead / sums.shape[1])
        h = leaky_relu(sums, slope).value
    return shares


def dead_relus(model, x: Tensor, y: Tensor, lr: float, steps: int, negative_slope: float = 0.01) -> DeadUnits:
    sizes = [x.shape[1]]
    for layer in model.layers:
        sizes.append(layer.weight.shape[0])
    shares, all_losses = [dead_shares(model, x, 0.0)], []
    for slope in (0.0, negative_slope):
        net = MLP(sizes, lambda h, slope=slope: leaky_relu(h, slope).value)
        net.to(device=x.device, dtype=x.dtype)
        net.load_state_dict(model.state_dict())
        losses = []
        for _ in range(steps):
            for p in net.parameters():
                p.grad = None
            loss = ((net(x)[:, 0] - y) ** 2).mean()
            loss.backward()
            losses.append(float(loss))
            with torch.no_grad():
                for p in net.parameters():
                    p -= lr * p.grad
        losses.append(float(((net(x)[:, 0] - y) ** 2).mean()))
        shares.append(dead_shares(net, x, slope))
        all_losses.append(losses)
    return DeadUnits(shares[0], shares[1], shares[2], all_losses[0], all_losses[1])


class GradientGaps(NamedTuple):
    evaluation: list
    training: list


def equal_gradients(model, x, y):
    layers = [m for m in model.modules() if isinstance(m, torch.nn.Linear)]
    before = {}
    for m in model.modules():
        before[m] = m.training
    results = []
    for mode in [False, True]:
        model.train(mode)
        loss = torch.mean((model(x) - y) ** 2)
        gaps = []
        for g in torch.autograd.grad(loss, [layer.weight for layer in layers[:-1]]):
            largest = 0.0
            for i in range(g.shape[0]):
                for j in range(i):
                    largest = max(largest, float((g[i] - g[j]).abs().max()))
            gaps.append(largest)
        results.append(gaps)
    for m in before:
        m.training = before[m]
    return GradientGaps(results[0], results[1])


class CurveFit(NamedTuple):
    offset: torch.Tensor
    c: torch.Tensor
    b: torch.Tensor
    w: torch.Tensor
    losses: list


def fit_curve(x, y, start, lr, steps):
    offset, c, b, w = [part.detach().clone() for part in start]
    losses = []
    for _ in range(steps):
        for part in (offset, c, b, w):
            part.requires_grad_(True)
            part.grad = None
        prediction = offset
        for i in range(len(c)):
            prediction = prediction + c[i] * torch.sigmoid(b[i] + w[i] * x)
        loss = ((prediction - y) ** 2).mean()
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            for part in (offset, c, b, w):
                part -= lr * part.grad
    return CurveFit(offset.detach(), c.detach(), b.detach(), w.detach(), losses)
