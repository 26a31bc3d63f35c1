import copy
import math
from typing import NamedTuple

import torch
from torch import Tensor



def normal_equation(x, y):
    if x.size(0) < x.size(1):
        raise ValueError("x needs at least as many rows as columns")
    if y.size(0) != x.size(0):
        raise ValueError("y must have a row for each row of x")
    return torch.inverse(x.mT @ x) @ (x.mT @ y)


def descend(f, x0, lr, steps, disturb):
    if steps < 0:
        raise ValueError("steps must not be negative")
    path = x0.new_empty(steps + 1, *x0.shape)
    path = torch.empty_like(path.detach())
    path[0] = x0.detach()
    for t in range(steps):
        here = path[t].clone().requires_grad_(True)
        with torch.enable_grad():
            value = f(here)
            if value.dim() > 0:
                raise ValueError("f must return a single number")
            slope, = torch.autograd.grad(value, [here])
        path[t + 1] = path[t] - lr * (slope + disturb(t))
    return path


def gradient_descent(f, x0, lr, steps):
    return descend(f, x0, lr, steps, lambda t: 0.0)


def escape_saddle(f, x0, lr, noise, steps, generator):
    if noise < 0:
        raise ValueError("noise must not be negative")
    if steps < 0:
        raise ValueError("steps must not be negative")
    drawn = torch.normal(0.0, 1.0, (steps, *x0.shape), generator=generator, dtype=x0.dtype).to(x0.device)
    return descend(f, x0, lr, steps, lambda t: noise * drawn[t])


def check(x, y, w0):
    if tuple(y.shape) != (x.shape[0],):
        raise ValueError("y must be (N,)")
    if tuple(w0.shape) != (x.shape[1],):
        raise ValueError("w0 must be (D,)")


def stochastic_gradient_descent(x, y, w0, lr, order):
    check(x, y, w0)
    if order.numel() and (order.min() < 0 or order.max() >= x.shape[0]):
        raise ValueError("order holds an index out of range")
    rows = [w0.detach().clone()]
    for i in order:
        w = rows[-1].clone().requires_grad_(True)
        with torch.enable_grad():
            loss = 0.5 * ((x[i] * w).sum() - y[i]) ** 2
            g, = torch.autograd.grad(loss, w)
        rows.append((rows[-1] - lr * g).detach())
    return torch.stack(rows).detach()


def minibatches(n, batch_size, shuffle, generator, drop_last):
    if n < 0:
        raise ValueError("n is negative")
    if batch_size < 1:
        raise ValueError("batch_size is too small")
    order = torch.rand(n, generator=generator, dtype=torch.float64).argsort() if shuffle else torch.arange(n)
    parts = list(order.split(batch_size)) if n else []
    if parts and drop_last and len(parts[-1]) != batch_size:
        parts = parts[:-1]
    return parts


def minibatch_gradient_descent(x, y, w0, lr, epochs, batch_size, generator):
    check(x, y, w0)
    if epochs < 0:
        raise ValueError("epochs is negative")
    minibatches(0, batch_size, False, None, False)
    rows = [w0.detach().clone()]
    for _ in range(epochs):
        for batch in minibatches(x.shape[0], batch_size, True, generator, False):
            i = batch.to(x.device)
            error = torch.mv(x[i], rows[-1]) - y[i]
            rows.append((rows[-1] - lr * (error[:, None] * x[i]).mean(0)).detach())
    return torch.stack(rows)

def groups_of(params, defaults):
    params = [p for p in params]
    if not params:
        raise ValueError("params: nothing to optimise")
    groups = params if isinstance(params[0], dict) else [{"params": params}]
    result = []
    for group in groups:
        full = dict(defaults)
        full.update(group)
        full["params"] = list(full["params"])
        for key in full:
            if key in ("lr", "momentum", "weight_decay", "eps", "lr_decay", "initial_accumulator_value") and full[key] < 0:
                raise ValueError(f"{key} is negative")
            if key in ("alpha", "rho") and not 0 <= full[key] < 1:
                raise ValueError(f"{key} is out of range")
            if key == "betas" and min(full[key]) < 0 or key == "betas" and max(full[key]) >= 1:
                raise ValueError("betas is out of range")
        if full.get("nesterov") and (not full["momentum"] or full["dampening"]):
            raise ValueError("nesterov needs momentum without dampening")
        result.append(full)
    return result


def machine(groups, rule):
    """Four functions over states that only they see, one for each parameter."""
    states = {}

    def step():
        for group in groups:
            for p in group["params"]:
                if p.grad is not None:
                    with torch.no_grad():
                        new, states[p] = rule(p.detach().clone(), p.grad.detach().clone(), states.get(p), group)
                        p.copy_(new)

    def zero_grad():
        for group in groups:
            for p in group["params"]:
                p.grad = None

    def save():
        rows = [[states.get(p) for p in group["params"]] for group in groups]
        return [[{k: v for k, v in group.items() if k != "params"} for group in groups], copy.deepcopy(rows)]

    def load(saved):
        options, values = copy.deepcopy(saved)
        for group, own, row in zip(groups, options, values):
            group.update(own)
            states.update(zip(group["params"], row))

    return step, zero_grad, save, load


def sgd_rule(p, g, v, o):
    g = g + o["weight_decay"] * p
    if o["momentum"]:
        v = g if v is None else o["momentum"] * v + (1 - o["dampening"]) * g
        g = g + o["momentum"] * v if o["nesterov"] else v
    return p - o["lr"] * g, v


class SGD:
    def __init__(self, params, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False):
        self.param_groups = groups_of(params, {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay, "nesterov": nesterov})
        self._step, self._zero, self._save, self._load = machine(self.param_groups, sgd_rule)

    def step(self):
        self._step()

    def zero_grad(self):
        self._zero()

    def state_dict(self):
        return {"saved": self._save()}

    def load_state_dict(self, saved):
        self._load(saved["saved"])



def adagrad_rule(p, g, state, o):
    t, s = state or (0, torch.full_like(p, o["initial_accumulator_value"]))
    g = g + o["weight_decay"] * p
    s = s + g * g
    return p - o["lr"] / (1 + t * o["lr_decay"]) * g / (s ** 0.5 + o["eps"]), (t + 1, s)


class Adagrad:
    def __init__(self, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
        self.param_groups = groups_of(params, {"lr": lr, "lr_decay": lr_decay, "weight_decay": weight_decay, "initial_accumulator_value": initial_accumulator_value, "eps": eps})
        self._step, self._zero, self._save, self._load = machine(self.param_groups, adagrad_rule)

    def step(self):
        self._step()

    def zero_grad(self):
        self._zero()

    def state_dict(self):
        return {"saved": self._save()}

    def load_state_dict(self, saved):
        self._load(saved["saved"])



def rmsprop_rule(p, g, state, o):
    s, m, v = state or (0 * p, 0 * p, 0 * p)
    a, g = o["alpha"], g + o["weight_decay"] * p
    s, m = a * s + (1 - a) * g * g, a * m + (1 - a) * g
    move = g / (torch.sqrt(s - m * m if o["centered"] else s) + o["eps"])
    if o["momentum"] > 0:
        v = move = o["momentum"] * v + move
    return p - o["lr"] * move, (s, m, v)


class RMSprop:
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False):
        self.param_groups = groups_of(params, {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay, "momentum": momentum, "centered": centered})
        self._step, self._zero, self._save, self._load = machine(self.param_groups, rmsprop_rule)

    def step(self):
        self._step()

    def zero_grad(self):
        self._zero()

    def state_dict(self):
        return {"saved": self._save()}

    def load_state_dict(self, saved):
        self._load(saved["saved"])



def adadelta_rule(p, g, state, o):
    s, u = state or (0 * p, 0 * p)
    r, e, g = o["rho"], o["eps"], g + o["weight_decay"] * p
    s = r * s + (1 - r) * g * g
    d = torch.sqrt((u + e) / (s + e)) * g
    return p - o["lr"] * d, (s, r * u + (1 - r) * d * d)


class Adadelta:
    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
        self.param_groups = groups_of(params, {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay})
        self._step, self._zero, self._save, self._load = machine(self.param_groups, adadelta_rule)

    def step(self):
        self._step()

    def zero_grad(self):
        self._zero()

    def state_dict(self):
        return {"saved": self._save()}

    def load_state_dict(self, saved):
        self._load(saved["saved"])



def adam_rule(p, g, state, o):
    return adam_core(p, g + o["weight_decay"] * p, state, o)


def adam_core(p, g, state, o):
    t, m, s, h = state or (0, 0 * p, 0 * p, 0 * p)
    b, c = o["betas"]
    t, m, s = t + 1, b * m + (1 - b) * g, c * s + (1 - c) * g * g
    if o["amsgrad"]:
        h = torch.maximum(h, s)
    root = torch.sqrt((h if o["amsgrad"] else s) / (1 - c ** t))
    return p - o["lr"] * (m / (1 - b ** t)) / (root + o["eps"]), (t, m, s, h)


class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False):
        self.param_groups = groups_of(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad})
        self._step, self._zero, self._save, self._load = machine(self.param_groups, adam_rule)

    def step(self):
        self._step()

    def zero_grad(self):
        self._zero()

    def state_dict(self):
        return {"saved": self._save()}

    def load_state_dict(self, saved):
        self._load(saved["saved"])



def adamw_rule(p, g, state, o):
    return adam_core(p - o["lr"] * o["weight_decay"] * p, g, state, o)


class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False):
        self.param_groups = groups_of(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad})
        self._step, self._zero, self._save, self._load = machine(self.param_groups, adamw_rule)

    def step(self):
        self._step()

    def zero_grad(self):
        self._zero()

    def state_dict(self):
        return {"saved": self._save()}

    def load_state_dict(self, saved):
        self._load(saved["saved"])


class LinearFit(NamedTuple):
    w: Tensor
    b: Tensor
    losses: list



def fit_linear(x, y, lr, epochs, batch_size, generator):
    if y.shape != (x.shape[0],):
        raise ValueError("y must be (N,)")
    if epochs < 0:
        raise ValueError("epochs is negative")
    minibatches(0, batch_size, False, None, False)
    n, d = x.shape
    theta = torch.zeros(d + 1, dtype=x.dtype, device=x.device)
    full = torch.cat([x.detach(), torch.ones(n, 1, dtype=x.dtype, device=x.device)], 1)
    y, losses = y.detach(), []
    for _ in range(epochs):
        seen = 0.0
        for batch in minibatches(n, batch_size, True, generator, False):
            rows = full[batch.to(x.device)]
            error = rows @ theta - y[batch.to(x.device)]
            seen += float(error.pow(2).sum())
            theta = theta - 2 * lr / len(batch) * (rows.T @ error)
        losses.append(seen / n)
    return LinearFit(theta[:d].clone(), theta[d].clone(), losses)


def step_lr(it, base_lr, step_size, gamma=0.1):
    if it < 0:
        raise ValueError("it is negative")
    if step_size < 1:
        raise ValueError("step_size is below 1")
    return float(base_lr) * float(gamma) ** (it // step_size)


def cosine_lr(it, base_lr, total, warmup=0, min_lr=0.0):
    if it < 0:
        raise ValueError("it is negative")
    if warmup < 0 or warmup > total:
        raise ValueError("warmup is out of range")
    if it >= total:
        return float(min_lr)
    if it < warmup:
        return float(base_lr) * (it / warmup)
    share = (it - warmup) / (total - warmup)
    return min_lr + 0.5 * (base_lr - min_lr) * (1.0 + math.cos(share * math.pi))


class ExponentialMovingAverage:
    def __init__(self, params, decay):
        self._p = [*params]
        if len(self._p) == 0:
            raise ValueError("params is empty")
        if decay < 0 or decay >= 1:
            raise ValueError("decay is out of range")
        self.decay, self._stash = decay, []
        self.averages = [torch.clone(p.detach()) for p in self._p]

    def update(self):
        self.averages = [self.decay * a + (1 - self.decay) * p.detach() for a, p in zip(self.averages, self._p)]

    def apply(self):
        if self._stash:
            raise RuntimeError("applied already")
        self._stash = [p.detach().clone() for p in self._p]
        for p, a in zip(self._p, self.averages):
            p.data.copy_(a)

    def restore(self):
        if not self._stash:
            raise RuntimeError("not applied")
        for p, s in zip(self._p, self._stash):
            p.data.copy_(s)
        self._stash = []

    def state_dict(self):
        return copy.deepcopy({"d": self.decay, "a": self.averages})

    def load_state_dict(self, saved):
        self.decay, self.averages = saved["d"], copy.deepcopy(saved["a"])


def ascend(f, x0, lr, steps, weight_decay=0.0):
    def downhill(x):
        return weight_decay / 2 * (x**2).sum() - f(x)

    return gradient_descent(downhill, x0, lr, steps)
