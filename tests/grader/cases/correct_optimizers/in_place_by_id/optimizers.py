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
    return torch.linalg.solve(x.mT @ x, (y[:, None] if y.ndim == 1 else y).mT.matmul(x).mT).reshape(x.shape[1], *y.shape[1:])


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
    order = torch.randperm(n, generator=generator).flip(0) if shuffle else torch.arange(n)
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

class InPlace:
    """State in one flat dict, under (id, name); everything is changed in place."""

    def begin(self, params, defaults):
        given = list(params)
        if not given:
            raise ValueError("no params")
        self.param_groups, self.memory = [], {}
        for group in given if isinstance(given[0], dict) else [{"params": given}]:
            group = {**defaults, **group, "params": list(group["params"])}
            for key in defaults:
                low = group[key] if key not in ("betas", "dampening", "nesterov", "amsgrad", "centered") else 0
                if low < 0 or key in ("alpha", "rho") and low >= 1:
                    raise ValueError(key + " is out of range")
            if any(not 0 <= b < 1 for b in group.get("betas", [])):
                raise ValueError("betas are out of range")
            if group.get("nesterov", False) and (group["momentum"] == 0 or group["dampening"] != 0):
                raise ValueError("nesterov: momentum above 0, dampening 0")
            self.param_groups.append(group)

    def held(self, p, name, fill=0.0):
        key = (id(p), name)
        if key not in self.memory:
            self.memory[key] = torch.full_like(p, fill).detach()
        return self.memory[key]

    def count(self, p):
        self.memory[id(p), "t"] = self.memory.get((id(p), "t"), 0) + 1
        return self.memory[id(p), "t"]

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                g = p.grad.clone()
                if group["weight_decay"] and type(self).__name__ != "AdamW":
                    g.add_(p, alpha=group["weight_decay"])
                self.move(p, g, group)

    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def places(self):
        return {id(p): (i, j) for i, group in enumerate(self.param_groups) for j, p in enumerate(group["params"])}

    def state_dict(self):
        places = self.places()
        return {
            "memory": {(*places[key], name): copy.deepcopy(value) for (key, name), value in self.memory.items()},
            "options": [copy.deepcopy({k: v for k, v in g.items() if k != "params"}) for g in self.param_groups],
        }

    def load_state_dict(self, saved):
        ids = {place: key for key, place in self.places().items()}
        self.memory = {(ids[i, j], name): copy.deepcopy(value) for (i, j, name), value in saved["memory"].items()}
        for group, options in zip(self.param_groups, saved["options"]):
            group.update(copy.deepcopy(options))


class SGD(InPlace):
    def __init__(self, params, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False):
        self.begin(params, {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay, "nesterov": nesterov})

    def move(self, p, g, o):
        if o["momentum"] != 0:
            first = (id(p), "v") not in self.memory
            v = self.held(p, "v")
            v.copy_(g) if first else v.mul_(o["momentum"]).add_(g, alpha=1 - o["dampening"])
            g = g.add_(v, alpha=o["momentum"]) if o["nesterov"] else v
        p.sub_(g, alpha=o["lr"])


class Adagrad(InPlace):
    def __init__(self, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
        self.begin(params, {"lr": lr, "lr_decay": lr_decay, "weight_decay": weight_decay, "initial_accumulator_value": initial_accumulator_value, "eps": eps})

    def move(self, p, g, o):
        t, s = self.count(p), self.held(p, "s", o["initial_accumulator_value"])
        s.addcmul_(g, g)
        p.addcdiv_(g, s.sqrt().add_(o["eps"]), value=-o["lr"] / (1 + (t - 1) * o["lr_decay"]))


class RMSprop(InPlace):
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False):
        self.begin(params, {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay, "momentum": momentum, "centered": centered})

    def move(self, p, g, o):
        a, s = o["alpha"], self.held(p, "s")
        s.mul_(a).addcmul_(g, g, value=1 - a)
        m = self.held(p, "m").mul_(a).add_(g, alpha=1 - a)
        d = (s.addcmul(m, m, value=-1) if o["centered"] else s.clone()).sqrt_().add_(o["eps"])
        v = self.held(p, "v")
        if o["momentum"] > 0:
            v.mul_(o["momentum"]).addcdiv_(g, d)
            p.sub_(v, alpha=o["lr"])
        else:
            p.addcdiv_(g, d, value=-o["lr"])


class Adadelta(InPlace):
    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
        self.begin(params, {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay})

    def move(self, p, g, o):
        r, e, s, u = o["rho"], o["eps"], self.held(p, "s"), self.held(p, "u")
        s.mul_(r).addcmul_(g, g, value=1 - r)
        g.mul_((u + e).sqrt_()).div_((s + e).sqrt_())
        u.mul_(r).addcmul_(g, g, value=1 - r)
        p.sub_(g, alpha=o["lr"])


class Adam(InPlace):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False):
        self.begin(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad})

    def move(self, p, g, o):
        (b1, b2), t = o["betas"], self.count(p)
        m, s = self.held(p, "m"), self.held(p, "s")
        m.mul_(b1).add_(g, alpha=1 - b1)
        s.mul_(b2).addcmul_(g, g, value=1 - b2)
        if o["amsgrad"]:
            h = self.held(p, "h")
            s = torch.maximum(h, s, out=h)
        p.addcdiv_(m, (s / (1 - b2**t)).sqrt_().add_(o["eps"]), value=-o["lr"] / (1 - b1**t))


class AdamW(InPlace):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False):
        self.begin(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad})

    def move(self, p, g, o):
        p.mul_(1 - o["lr"] * o["weight_decay"])
        (b1, b2), t = o["betas"], self.count(p)
        m, s = self.held(p, "m"), self.held(p, "s")
        m.mul_(b1).add_(g, alpha=1 - b1)
        s.mul_(b2).addcmul_(g, g, value=1 - b2)
        if o["amsgrad"]:
            h = self.held(p, "h")
            s = torch.maximum(h, s, out=h)
        p.addcdiv_(m, (s / (1 - b2**t)).sqrt_().add_(o["eps"]), value=-o["lr"] / (1 - b1**t))


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
        for a, p in zip(self.averages, self._p):
            a.lerp_(p.detach(), 1 - self.decay)

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
