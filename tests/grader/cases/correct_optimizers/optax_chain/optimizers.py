import itertools
import math
from typing import NamedTuple

import torch
from torch.func import grad


def normal_equation(x, y):
    if x.shape[0] < x.shape[1]:
        raise ValueError(f"x has fewer rows than columns: {tuple(x.shape)}")
    if y.shape[0] != x.shape[0]:
        raise ValueError(f"y has {y.shape[0]} rows, and not {x.shape[0]}")
    q, r = torch.linalg.qr(x)
    w = torch.linalg.solve(r, q.T @ (y if y.ndim == 2 else y[:, None]))
    return w.reshape(x.shape[1], *y.shape[1:])


def path(step, start, inputs):
    """The start, and the point after each step."""
    start = start.detach().clone()
    return torch.stack(list(itertools.accumulate(inputs, step, initial=start)))


def gradient_descent(f, x0, lr, steps):
    return path(lambda x, _: x - lr * slope(f, x), x0, range(steps))


def slope(f, x):
    return grad(f)(x).detach()


def stochastic_gradient_descent(x, y, w0, lr, order):
    x, y = x.detach(), y.detach()
    return path(lambda w, i: w - lr * (x[i] @ w - y[i]) * x[i], w0, order.tolist())


def minibatches(n, batch_size, shuffle, generator, drop_last):
    order = torch.randperm(n, generator=generator) if shuffle else torch.arange(n)
    stop = n - n % batch_size if drop_last else n
    return [order[start : min(start + batch_size, stop)] for start in range(0, stop, batch_size)]


def minibatch_gradient_descent(x, y, w0, lr, epochs, batch_size, generator):
    x, y = x.detach(), y.detach()
    batches = (b for _ in range(epochs) for b in minibatches(len(x), batch_size, True, generator, False))

    def step(w, batch):
        batch = batch.to(x.device)
        return w - lr * x[batch].T @ (x[batch] @ w - y[batch]) / len(batch)

    return path(step, w0, batches)


def escape_saddle(f, x0, lr, noise, steps, generator):
    draws = (torch.randn(x0.shape, generator=generator, dtype=x0.dtype).to(x0.device) for _ in range(steps))
    return path(lambda x, z: x - lr * (slope(f, x) + noise * z), x0, draws)


class Transform(NamedTuple):
    """init(p) -> state; update(g, state, p, group) -> (g, state)."""

    init: object
    update: object


def stateless(function):
    return Transform(lambda p, group: (), lambda g, state, p, group: (function(g, p, group), ()))


def chain(*transforms):
    def init(p, group):
        return tuple(t.init(p, group) for t in transforms)

    def update(g, states, p, group):
        after = []
        for t, state in zip(transforms, states):
            g, state = t.update(g, state, p, group)
            after.append(state)
        return g, tuple(after)

    return Transform(init, update)


def zeros(p):
    return torch.zeros_like(p, memory_format=torch.preserve_format).detach()


def decay(mean, value, rate):
    return rate * mean + (1 - rate) * value


add_decay = stateless(lambda g, p, group: g + group["weight_decay"] * p if group["weight_decay"] else g)
scale_by_lr = stateless(lambda g, p, group: -group["lr"] * g)
decoupled = stateless(lambda u, p, group: u - group["lr"] * group["weight_decay"] * p)


def trace():
    def update(g, state, p, group):
        mu = group["momentum"]
        if mu == 0:
            return g, state
        v = g.clone() if state is None else mu * state + (1 - group["dampening"]) * g
        return (g + mu * v if group["nesterov"] else v), v

    return Transform(lambda p, group: None, update)


def scale_by_sum():
    def update(g, state, p, group):
        s, t = state
        s = s + g**2
        return g / (s.sqrt() + group["eps"]) / (1 + t * group["lr_decay"]), (s, t + 1)

    return Transform(lambda p, group: (torch.full_like(zeros(p), group["initial_accumulator_value"]), 0), update)


def scale_by_rms():
    def update(g, state, p, group):
        s, m, v = state
        s = decay(s, g**2, group["alpha"])
        spread = s
        if group["centered"]:
            m = decay(m, g, group["alpha"])
            spread = s - m**2
        g = g / (spread.sqrt() + group["eps"])
        if group["momentum"] > 0:
            g = v = group["momentum"] * v + g
        return g, (s, m, v)

    return Transform(lambda p, group: (zeros(p), zeros(p), zeros(p)), update)


def scale_by_adadelta():
    def update(g, state, p, group):
        s, u = state
        s = decay(s, g**2, group["rho"])
        d = torch.sqrt((u + group["eps"]) / (s + group["eps"])) * g
        return d, (s, decay(u, d**2, group["rho"]))

    return Transform(lambda p, group: (zeros(p), zeros(p)), update)


def scale_by_adam():
    def update(g, state, p, group):
        m, s, h, t = state
        (b1, b2), t = group["betas"], t + 1
        m, s = decay(m, g, b1), decay(s, g**2, b2)
        h = torch.maximum(h, s) if group["amsgrad"] else h
        top = h if group["amsgrad"] else s
        unbiased = lambda mean, rate: mean / (1 - rate**t)
        return unbiased(m, b1) / (unbiased(top, b2).sqrt() + group["eps"]), (m, s, h, t)

    return Transform(lambda p, group: (zeros(p), zeros(p), zeros(p), 0), update)


def tree_copy(tree):
    if isinstance(tree, torch.Tensor):
        return tree.detach().clone()
    if isinstance(tree, (tuple, list)):
        return type(tree)(map(tree_copy, tree))
    return {k: tree_copy(v) for k, v in tree.items()} if isinstance(tree, dict) else tree


class Applied:
    """Applies a chain to parameters; `transform` is the only thing that differs."""

    transform = chain()

    def __init__(self, params, **settings):
        params = list(params)
        given = params if params and isinstance(params[0], dict) else [{"params": params}]
        self.param_groups = [{**settings, **group, "params": list(group["params"])} for group in given]
        self.states = {}  # parameter -> state; tensors are told apart by identity there

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                if p not in self.states:
                    self.states[p] = self.transform.init(p, group)
                update, self.states[p] = self.transform.update(p.grad, self.states[p], p, group)
                p += update

    def zero_grad(self):
        for p in (p for group in self.param_groups for p in group["params"]):
            p.grad = None

    def state_dict(self):
        return tree_copy({
            "groups": [{k: v for k, v in group.items() if k != "params"} for group in self.param_groups],
            "states": [[[self.states[p]] if p in self.states else [] for p in g["params"]] for g in self.param_groups],
        })

    def load_state_dict(self, saved):
        saved = tree_copy(saved)
        self.states = {}
        for group, settings, states in zip(self.param_groups, saved["groups"], saved["states"]):
            group.update(settings)
            self.states.update((p, state[0]) for p, state in zip(group["params"], states) if state)


class SGD(Applied):
    transform = chain(add_decay, trace(), scale_by_lr)

    def __init__(self, params, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False):
        super().__init__(
            params, lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov
        )


class Adagrad(Applied):
    transform = chain(add_decay, scale_by_sum(), scale_by_lr)

    def __init__(self, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
        super().__init__(
            params, lr=lr, lr_decay=lr_decay, weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value, eps=eps,
        )


class RMSprop(Applied):
    transform = chain(add_decay, scale_by_rms(), scale_by_lr)

    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False):
        super().__init__(
            params, lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum, centered=centered
        )


class Adadelta(Applied):
    transform = chain(add_decay, scale_by_adadelta(), scale_by_lr)

    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
        super().__init__(params, lr=lr, rho=rho, eps=eps, weight_decay=weight_decay)


class Adam(Applied):
    transform = chain(add_decay, scale_by_adam(), scale_by_lr)

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)


class AdamW(Adam):
    transform = chain(scale_by_adam(), scale_by_lr, decoupled)

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad)


def join_schedules(pieces, it):
    """The first piece whose end lies behind it."""
    return next(float(piece()) for end, piece in pieces if it < end)


def step_lr(it, base_lr, step_size, gamma=0.1):
    return float(base_lr * gamma ** (it // step_size))


def cosine_lr(it, base_lr, total, warmup=0, min_lr=0.0):
    half = lambda: (1 + math.cos(math.pi * (it - warmup) / (total - warmup))) / 2
    return join_schedules(
        [
            (warmup, lambda: base_lr * it / warmup),
            (total, lambda: min_lr + (base_lr - min_lr) * half()),
            (math.inf, lambda: min_lr),
        ],
        it,
    )


class ExponentialMovingAverage:
    def __init__(self, params, decay):
        self.params, self.decay = tuple(params), decay
        self.averages = [p.detach().clone() for p in self.params]
        self.backup = ()

    def _write(self, values):
        with torch.no_grad():
            for p, value in zip(self.params, values):
                p.copy_(value)

    def update(self):
        self.averages = [decay(a, p.detach(), self.decay) for a, p in zip(self.averages, self.params)]

    def apply(self):
        if self.backup:
            raise RuntimeError("the averages are applied already")
        self.backup = ([p.detach().clone() for p in self.params],)
        self._write(self.averages)

    def restore(self):
        if not self.backup:
            raise RuntimeError("there is nothing to restore")
        self._write(*self.backup)
        self.backup = ()

    def state_dict(self):
        return tree_copy({"decay": self.decay, "averages": self.averages})

    def load_state_dict(self, saved):
        self.decay = saved["decay"]
        self.averages = tree_copy(saved["averages"])


class LinearFit(NamedTuple):
    w: torch.Tensor
    b: torch.Tensor
    losses: list


def fit_linear(x, y, lr, epochs, batch_size, generator):
    if y.shape != (len(x),):
        raise ValueError(f"y has the shape {tuple(y.shape)}")
    x, y = x.detach(), y.detach()
    rows = torch.cat([x, torch.ones_like(x[:, :1])], 1)

    def step(carry, batch):
        theta, _ = carry
        batch = batch.to(x.device)
        error = rows[batch] @ theta - y[batch]
        return theta - lr * 2 / len(batch) * rows[batch].T @ error, (error**2).sum()

    theta, losses = torch.zeros_like(rows[0]), []
    for _ in range(epochs):
        batches = minibatches(len(x), batch_size, True, generator, False)
        carries = list(itertools.accumulate(batches, step, initial=(theta, 0.0)))
        theta = carries[-1][0]
        losses.append(float(sum(found for _, found in carries) / len(x)))
    return LinearFit(theta[:-1].clone(), theta[-1].clone(), losses)


def ascend(f, x0, lr, steps, weight_decay=0.0):
    def downhill(x):
        return weight_decay / 2 * (x**2).sum() - f(x)

    return gradient_descent(downhill, x0, lr, steps)
