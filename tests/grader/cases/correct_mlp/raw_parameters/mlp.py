import collections
import functools
import math

import torch
from torch import nn
from torch.func import vmap

Activation = collections.namedtuple("Activation", "value derivative")


def ramp(u):
    return torch.relu(u) - torch.relu(u - 1)


def hard_sigmoid(x):
    return ramp((x + 3) / 6)


def piecewise_linear(x, knots):
    def segment(left, right):
        (t0, h0), (t1, h1) = left, right
        return (h1 - h0) * ramp((x - t0) / (t1 - t0))

    return knots[0, 1] + vmap(segment)(knots[:-1], knots[1:]).sum(0)


def elementwise(forward, derivative_of):
    """An activation from its value, and from its derivative as a function of x and the value."""

    @functools.wraps(forward)
    def activation(x, *args):
        value = forward(x, *args)
        return Activation(value, derivative_of(x.detach(), value.detach(), *args))

    return activation


def relu(x):
    return leaky_relu(x, 0.0)


def leaky_relu(x, negative_slope=0.01):
    on = (x > 0).to(x.dtype)
    left = x * negative_slope if negative_slope else torch.zeros_like(x)
    return Activation(torch.where(x > 0, x, left), on + (1 - on) * negative_slope)


def _halves(right, left):
    return lambda x: torch.where(x > 0, right(x.clamp(min=0)), left(x.clamp(max=0)))


_logistic = _halves(lambda p: torch.reciprocal(1 + torch.exp(-p)), lambda n: torch.exp(n - torch.log1p(n.exp())))
_tanh = _halves(lambda p: -torch.expm1(-2 * p) / (torch.expm1(-2 * p) + 2), lambda n: n.mul(2).expm1() / (n.mul(2).expm1() + 2))


sigmoid = elementwise(_logistic, lambda x, s: s - s * s)
tanh = elementwise(_tanh, lambda x, t: 1 - t * t)


def init_linear(inputs, outputs):
    r = inputs**-0.5
    return {"weight": torch.empty(outputs, inputs).uniform_(-r, r), "bias": torch.empty(outputs).uniform_(-r, r)}


def affine(params, x):
    y = torch.matmul(x, params["weight"].mT)
    return y if params.get("bias") is None else y + params["bias"]


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        drawn = init_linear(in_features, out_features)
        self.weight = nn.Parameter(drawn["weight"])
        self.register_parameter("bias", nn.Parameter(drawn["bias"]) if bias else None)

    def forward(self, x):
        return affine({"weight": self.weight, "bias": self.bias}, x)


def fill(weight, values):
    with torch.no_grad():
        weight.copy_(values)
    return weight


def xavier_uniform_(weight, gain=1.0, generator=None):
    a = gain * math.sqrt(6 / (weight.shape[0] + weight.shape[1]))
    return fill(weight, torch.empty_like(weight).uniform_(-a, a, generator=generator))


def kaiming_normal_(weight, mode="fan_in", generator=None):
    std = math.sqrt(2 / weight.shape[mode == "fan_in"])
    return fill(weight, torch.empty_like(weight).normal_(generator=generator) * std)


def breaks_symmetry(model):
    chain = [module for module in model.modules() if isinstance(module, nn.Linear)]

    def twins(one, two):
        units = [one.weight, two.weight.T] + ([] if one.bias is None else [one.bias.unsqueeze(1)])
        same = [(part.unsqueeze(0) == part.unsqueeze(1)).all(-1) for part in units]
        return functools.reduce(torch.logical_and, same).sum() > len(one.weight)  # each equals itself

    return not any(twins(one, two) for one, two in zip(chain, chain[1:]))


class LogisticRegression(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.linear = nn.ParameterDict(init_linear(num_features, 1))

    def forward(self, x):
        return torch.sigmoid(affine(self.linear, x)).reshape(len(x))


class SoftmaxRegression(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.linear = Linear(num_features, num_classes)

    def forward(self, x):
        return vmap(lambda sample: self.linear(sample.ravel()))(x)


class MLP(nn.Module):
    def __init__(self, sizes, activation):
        super().__init__()
        self.layers = nn.ModuleList(map(Linear, sizes[:-1], sizes[1:]))
        self.activation = activation

    def forward(self, x):
        hidden = functools.reduce(lambda h, layer: self.activation(layer(h)), self.layers[:-1], x)
        return self.layers[len(self.layers) - 1](hidden)


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        if self.p == 1:
            return torch.zeros_like(x)
        mask = torch.rand_like(x).ge(self.p).to(x.dtype)
        return mask * x / (1 - self.p)


def normalise(x, mean, variance, eps, params):
    return (x - mean) * (variance + eps) ** -0.5 * params["weight"] + params["bias"]


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        for name, value in (("weight", 1.0), ("bias", 0.0)):
            self.register_parameter(name, nn.Parameter(torch.full((num_features,), value)))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        params = dict(self.named_parameters())
        if not self.training:
            return normalise(x, self.running_mean, self.running_var, self.eps, params)
        n = len(x)
        if n < 2:
            raise ValueError(f"x has {n} sample")
        mean = x.sum(0) / n
        variance = (x - mean).pow(2).sum(0) / n
        new = {"running_mean": mean, "running_var": variance * n / (n - 1)}
        for name, old in list(self.named_buffers()):  # new tensors in the place of the old ones
            setattr(self, name, ((1 - self.momentum) * old + self.momentum * new[name]).detach())
        return normalise(x, mean, variance, self.eps, params)


class LayerNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        mean = x.mean(-1, keepdim=True)
        variance = (x - mean).square().mean(-1, keepdim=True)
        return normalise(x, mean, variance, self.eps, dict(self.named_parameters()))


class SharedMLP(nn.Module):
    def __init__(self, in_features, hidden, out_features):
        super().__init__()
        self.first = Linear(in_features, hidden)
        self.shared = Linear(hidden, hidden)
        self.last = Linear(hidden, out_features)

    def forward(self, x):
        apply = lambda h, layer: torch.relu(layer(h))
        return self.last(apply(apply(apply(x, self.first), self.shared), self.shared))


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


Scales = collections.namedtuple("Scales", "forward backward verdict")
DeadUnits = collections.namedtuple("DeadUnits", "before relu leaky relu_losses leaky_losses")


def spread(x):
    return math.sqrt(x.var(correction=0).item())


def activation_scales(x, upstream, depth, inits, activations, generator):
    def weight_of(fill):
        weight = torch.empty(x.shape[1], x.shape[1], dtype=x.dtype)
        fill(weight, generator)
        return weight.to(x.device)

    def layer(h, weight, activation):
        return activation(h @ weight.T)

    table = {}
    for init, fill in inits.items():
        for name, activation in activations.items():
            weights = [weight_of(fill) for _ in range(depth)]
            h, forward, pulls = x, [], []
            for weight in weights:
                h, pull = torch.func.vjp(lambda h: layer(h, weight, activation), h)
                forward.append(spread(h))
                pulls.append(pull)
            g, backward = upstream, [spread(upstream)]
            for pull in reversed(pulls[1:]):
                (g,) = pull(g)
                backward.append(spread(g))
            backward.reverse()
            f, b = forward[-1] / spread(x), backward[0] / spread(upstream)
            calm = f <= 100 and b <= 100
            table[init, name] = Scales(
                forward, backward, ("holds" if f >= 0.01 and b >= 0.01 else "vanishes") if calm else "explodes"
            )
    return table


def dead_relus(model, x, y, lr, steps, negative_slope=0.01):
    start = {name: p.detach().clone() for name, p in model.named_parameters()}
    depth = len(start) // 2

    def run(params, slope):
        h, dead = x, []
        for i in range(depth):
            sums = h @ params[f"layers.{i}.weight"].T + params[f"layers.{i}.bias"]
            dead.append((~(sums > 0).any(0)).double().mean())
            h = torch.where(sums > 0, sums, slope * sums)
        return ((sums[:, 0] - y) ** 2).mean(), dead[:-1]

    def trained(slope):
        step = torch.func.grad_and_value(run, has_aux=True)
        params, losses = dict(start), []
        for _ in range(steps):
            gradients, (loss, _) = step(params, slope)
            losses.append(loss.item())
            params = {name: p - lr * gradients[name] for name, p in params.items()}
        loss, dead = run(params, slope)
        return [part.item() for part in dead], [*losses, loss.item()]

    (relus, relu_losses), (leaky, leaky_losses) = trained(0.0), trained(negative_slope)
    return DeadUnits([part.item() for part in run(start, 0.0)[1]], relus, leaky, relu_losses, leaky_losses)
