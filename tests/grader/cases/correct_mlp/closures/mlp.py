"""Functions that make functions, context managers, generators."""

import functools
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

Activation = NamedTuple("Activation", [("value", Tensor), ("derivative", Tensor)])


def require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


# ---------------------------------------------------------------- activations


def hard_sigmoid(x: Tensor) -> Tensor:
    def hinge(corner: float) -> Tensor:
        return torch.relu(x - corner)

    return (hinge(-3.0) - hinge(3.0)).div(6.0)


def piecewise_linear(x: Tensor, knots: Tensor) -> Tensor:
    require(knots.ndim == 2 and knots.shape[-1] == 2 and len(knots) >= 2, "knots must be (M, 2), M >= 2")
    positions, heights = knots[:, 0], knots[:, 1]
    require(bool((positions[1:] > positions[:-1]).all()), "positions of knots must rise strictly")

    def piece(start: Tensor, stop: Tensor) -> Tensor:
        (t0, h0), (t1, h1) = start, stop
        return (h1 - h0) * hard_sigmoid(6 * (x - t0) / (t1 - t0) - 3)

    return sum((piece(a, b) for a, b in itertools.pairwise(knots)), heights[0].expand(x.shape))


def _two_sided(left: Callable[[Tensor], Tensor], slope: float) -> Callable[[Tensor], Activation]:
    def activation(x: Tensor) -> Activation:
        positive = x > 0
        derivative = torch.full_like(x, slope).masked_fill(positive, 1.0)
        return Activation(torch.where(positive, x, left(x)), derivative.detach())

    return activation


def relu(x: Tensor) -> Activation:
    return _two_sided(torch.zeros_like, 0.0)(x)


def leaky_relu(x: Tensor, negative_slope: float = 0.01) -> Activation:
    return _two_sided(lambda t: negative_slope * t, negative_slope)(x)


def logistic(x: Tensor) -> Tensor:
    right = x >= 0
    e = torch.exp(torch.where(right, -x, x))
    return torch.where(right, 1 / (1 + e), e / (1 + e))


def sigmoid(x: Tensor) -> Activation:
    y = logistic(x)
    return Activation(y, y * logistic(-x))


def tanh(x: Tensor) -> Activation:
    right = x >= 0
    m = torch.expm1(torch.where(right, -2 * x, 2 * x))  # from -1 to 0
    size = -m / (2 + m)
    y = torch.where(right, size, -size)
    return Activation(y, (1 - y) * (1 + y))


# ---------------------------------------------------------------- layers and their weights


class Linear(nn.Module):
    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()

        def draw(*shape: int) -> nn.Parameter:
            return nn.Parameter((torch.rand(*shape) - 0.5) * (2 / math.sqrt(in_features)))

        offset = draw(out_features) if bias else None  # drawn first, registered second
        self.weight = draw(out_features, in_features)
        self.register_parameter("bias", offset)

    def forward(self, x: Tensor) -> Tensor:
        wanted = self.weight.shape[-1]
        require(x.ndim > 0 and x.shape[-1] == wanted, f"x must end in an axis of {wanted}")
        y = torch.tensordot(x, self.weight, dims=([-1], [1]))
        return y if self.bias is None else self.bias + y


def _overwrite(weight: Tensor, fill: Callable[[Tensor], Any]) -> Tensor:
    fill(weight.detach())
    return weight


def xavier_uniform_(weight: Tensor, gain: float = 1.0, generator: torch.Generator | None = None) -> Tensor:
    require(weight.ndim == 2, "weight must have two axes")
    bound = gain * math.sqrt(6.0 / sum(weight.shape))
    return _overwrite(weight, lambda w: w.uniform_(-bound, bound, generator=generator))


def kaiming_normal_(weight: Tensor, mode: str = "fan_in", generator: torch.Generator | None = None) -> Tensor:
    require(weight.ndim == 2, "weight must have two axes")
    fans = dict(zip(("fan_out", "fan_in"), weight.shape))
    require(mode in fans, f"mode must be one of {sorted(fans)}")
    std = math.sqrt(2.0 / fans[mode])
    return _overwrite(weight, lambda w: w.normal_(std=std, generator=generator))


def breaks_symmetry(model: nn.Module) -> bool:
    chain = [module for module in model.modules() if isinstance(module, nn.Linear)]

    def units(layer: nn.Linear, following: nn.Linear) -> Iterator[tuple[Any, ...]]:
        biases = [0.0] * layer.out_features if layer.bias is None else layer.bias.tolist()
        for row, b, column in zip(layer.weight.tolist(), biases, following.weight.t().tolist()):
            yield (*row, b, *column)

    def distinct(layer: nn.Linear, following: nn.Linear) -> bool:
        described = list(units(layer, following))
        return len(set(described)) == len(described)

    return all(distinct(a, b) for a, b in itertools.pairwise(chain))


class LogisticRegression(nn.Module):
    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.linear = Linear(num_features, 1)

    def forward(self, x: Tensor) -> Tensor:
        require(x.ndim == 2, "x must be (N, D)")
        return logistic(self.linear(x)[:, 0])


class SoftmaxRegression(nn.Module):
    def __init__(self, num_features: int, num_classes: int) -> None:
        super().__init__()
        self.linear = Linear(num_features, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        size = self.linear.weight.shape[1]
        require(x.ndim > 0 and math.prod(x.shape[1:]) == size, f"x must have {size} numbers in a sample")
        return self.linear(x.reshape(len(x), size))


class MLP(nn.Module):
    def __init__(self, sizes: Sequence[int], activation: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        require(len(sizes) >= 2, "sizes must hold two widths or more")
        self.layers = nn.ModuleList(itertools.starmap(Linear, itertools.pairwise(sizes)))
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        first, *others = self.layers
        return functools.reduce(lambda h, layer: layer(self.activation(h)), others, first(x))


class Dropout(nn.Module):
    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        require(0 <= p <= 1, "p must lie between 0 and 1")
        self.p = float(p)

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x.clone()
        off = torch.rand(x.shape, device=x.device) < self.p
        scale = 0.0 if self.p == 1 else 1 / (1 - self.p)
        return (x * scale).masked_fill(off, 0.0)


def _normalise(x: Tensor, mean: Tensor, variance: Tensor, layer: Any) -> Tensor:
    return layer.weight * ((x - mean) / torch.sqrt(variance + layer.eps)) + layer.bias


class BatchNorm1d(nn.Module):
    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    @torch.no_grad()
    def _follow(self, **batch: Tensor) -> None:
        for name, new in batch.items():
            buffer = self.get_buffer(name)
            buffer.copy_((1 - self.momentum) * buffer + self.momentum * new)

    def forward(self, x: Tensor) -> Tensor:
        d = len(self.weight)
        require(x.ndim == 2 and x.shape[1] == d, f"x must be (N, {d})")
        if not self.training:
            return _normalise(x, self.running_mean, self.running_var, self)
        n = len(x)
        require(n > 1, "x must have two rows at least while training")
        mean = x.mean(dim=0)
        squares = (x - mean).square().sum(dim=0)
        y = _normalise(x, mean, squares / n, self)
        self._follow(running_mean=mean, running_var=squares / (n - 1))
        return y


class LayerNorm(nn.Module):
    def __init__(self, num_features: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x: Tensor) -> Tensor:
        require(x.ndim > 0 and x.shape[-1] == len(self.weight), f"x must end in an axis of {len(self.weight)}")
        x = x - x[..., :1]  # equal numbers become exactly 0; nothing else changes
        mean = x.mean(dim=-1, keepdim=True)
        return _normalise(x, mean, (x - mean).square().mean(dim=-1, keepdim=True), self)


class SharedMLP(nn.Module):
    def __init__(self, in_features: int, hidden: int, out_features: int) -> None:
        super().__init__()
        self.first, self.shared = Linear(in_features, hidden), Linear(hidden, hidden)
        self.last = Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        steps = (self.first, torch.relu, self.shared, torch.relu, self.shared, torch.relu, self.last)
        return functools.reduce(lambda h, step: step(h), steps, x)


Scales = NamedTuple("Scales", [("forward", list), ("backward", list), ("verdict", str)])


def activation_scales(x, upstream, depth, inits, activations, generator):
    def size(part: Tensor) -> float:
        return float(part.detach().var(correction=0).sqrt())

    def verdict(*ratios: float) -> str:
        if any(math.isnan(ratio) or ratio > 100.0 for ratio in ratios):
            return "explodes"
        return "vanishes" if any(ratio < 0.01 for ratio in ratios) else "holds"

    def weights(fill) -> Iterator[Tensor]:
        for _ in range(depth):
            weight = torch.empty((x.size(1),) * 2, dtype=x.dtype)
            fill(weight, generator)
            yield weight.to(x.device)

    def measured(fill, activation) -> Any:
        start = x.detach().clone().requires_grad_(True)
        *_, last = chain = list(
            itertools.accumulate(weights(fill), lambda h, weight: activation(h @ weight.T), initial=start)
        )
        forward = [size(h) for h in chain[1:]]
        backward = [size(gradient) for gradient in torch.autograd.grad(last, chain[1:], upstream)]
        return Scales(forward, backward, verdict(forward[-1] / size(x), backward[0] / size(upstream)))

    return {
        (init, name): measured(inits[init], activations[name])
        for init, name in itertools.product(inits, activations)
    }


DeadUnits = NamedTuple(
    "DeadUnits",
    [("before", list), ("relu", list), ("leaky", list), ("relu_losses", list), ("leaky_losses", list)],
)


def dead_relus(model, x, y, lr, steps, negative_slope=0.01):
    def shares(net: nn.Module) -> list[float]:
        seen: list[float] = []

        def hook(_layer, _inputs, sums):
            seen.append(float((sums.amax(dim=0) <= 0).double().mean()))

        hooks = [layer.register_forward_hook(hook) for layer in list(net.layers)[:-1]]
        with torch.no_grad():
            net(x)
        for handle in hooks:
            handle.remove()
        return seen

    def loss_of(net: nn.Module) -> Tensor:
        return torch.nn.functional.mse_loss(net(x).squeeze(1), y)

    def trained(activation) -> tuple[list[float], list[float]]:
        widths = [x.shape[1], *(layer.weight.shape[0] for layer in model.layers)]
        net = MLP(widths, activation).to(x)
        net.load_state_dict(model.state_dict())
        optimizer = torch.optim.SGD(net.parameters(), lr)
        losses = []
        for _ in range(steps):
            optimizer.zero_grad()
            loss = loss_of(net)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return shares(net), [*losses, loss_of(net).item()]

    before = shares(model)
    relus, relu_losses = trained(torch.relu)
    leaky, leaky_losses = trained(nn.LeakyReLU(negative_slope))
    return DeadUnits(before, relus, leaky, relu_losses, leaky_losses)


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
