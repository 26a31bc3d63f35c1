import copy
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor


class _Optimizer:
    ranges = {}

    def __init__(self, params, **defaults):
        params = list(params)
        if not params:
            raise ValueError("params is empty")
        if not isinstance(params[0], dict):
            params = [{"params": params}]
        self.param_groups = []
        self.state = {}
        for given in params:
            group = {**defaults, **given}
            group["params"] = [group["params"]] if isinstance(group["params"], Tensor) else list(group["params"])
            self._check(group)
            self.param_groups.append(group)
        if not any(group["params"] for group in self.param_groups):
            raise ValueError("params holds no parameter")

    def _check(self, group):
        for name, value in group.items():
            if name == "params":
                continue
            if name in ("alpha", "rho") and not 0 <= value < 1:
                raise ValueError(f"{name} must be in [0, 1), not {value}")
            if name == "betas" and not all(0 <= b < 1 for b in value):
                raise ValueError(f"betas must be in [0, 1), not {value}")
            if isinstance(value, (int, float)) and not isinstance(value, bool) and name != "dampening" and value < 0:
                raise ValueError(f"{name} must not be negative: {value}")

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state.setdefault(p, {})
                self._update(p, p.grad, state, group)

    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def _all(self):
        return [p for group in self.param_groups for p in group["params"]]

    def state_dict(self):
        state = [copy.deepcopy(self.state.get(p, {})) for p in self._all()]
        groups = [{k: copy.deepcopy(v) for k, v in g.items() if k != "params"} for g in self.param_groups]
        return {"state": state, "groups": groups}

    def load_state_dict(self, saved):
        saved = copy.deepcopy(saved)
        self.state = {p: s for p, s in zip(self._all(), saved["state"]) if s}
        for group, new in zip(self.param_groups, saved["groups"]):
            group.update(new)



class SGD(_Optimizer):
    def __init__(self, params, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False):
        super().__init__(params, lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay,
                         nesterov=nesterov)

    def _check(self, group):
        super()._check(group)
        if group["nesterov"] and (group["momentum"] == 0 or group["dampening"] != 0):
            raise ValueError("nesterov needs momentum and no dampening")

    def _update(self, p, grad, state, group):
        grad = grad + group["weight_decay"] * p
        mu = group["momentum"]
        if mu != 0:
            if "v" not in state:
                state["v"] = grad.clone()
            else:
                state["v"] = mu * state["v"] + (1 - group["dampening"]) * grad
            v = state["v"]
            grad = grad + mu * v if group["nesterov"] else v
        p -= group["lr"] * grad


class Adagrad(_Optimizer):
    def __init__(self, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
        super().__init__(params, lr=lr, lr_decay=lr_decay, weight_decay=weight_decay,
                         initial_accumulator_value=initial_accumulator_value, eps=eps)

    def _update(self, p, grad, state, group):
        if not state:
            state["t"] = 0
            state["sum"] = torch.full_like(p, group["initial_accumulator_value"])
        state["t"] += 1
        grad = grad + group["weight_decay"] * p
        state["sum"] = state["sum"] + grad**2
        lr = group["lr"] / (1 + (state["t"] - 1) * group["lr_decay"])
        p -= lr * grad / (state["sum"].sqrt() + group["eps"])


class RMSprop(_Optimizer):
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False):
        super().__init__(params, lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum,
                         centered=centered)

    def _update(self, p, grad, state, group):
        if not state:
            state["s"] = torch.zeros_like(p)
            state["m"] = torch.zeros_like(p)
            state["v"] = torch.zeros_like(p)
        a = group["alpha"]
        grad = grad + group["weight_decay"] * p
        state["s"] = a * state["s"] + (1 - a) * grad * grad
        var = state["s"]
        if group["centered"]:
            state["m"] = a * state["m"] + (1 - a) * grad
            var = var - state["m"] ** 2
        d = var.sqrt() + group["eps"]
        if group["momentum"] > 0:
            state["v"] = group["momentum"] * state["v"] + grad / d
            p -= group["lr"] * state["v"]
        else:
            p -= group["lr"] * grad / d


class Adadelta(_Optimizer):
    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
        super().__init__(params, lr=lr, rho=rho, eps=eps, weight_decay=weight_decay)

    def _update(self, p, grad, state, group):
        if not state:
            state["s"] = torch.zeros_like(p)
            state["u"] = torch.zeros_like(p)
        rho, eps = group["rho"], group["eps"]
        grad = grad + group["weight_decay"] * p
        state["s"] = rho * state["s"] + (1 - rho) * grad**2
        delta = (state["u"] + eps).sqrt() / (state["s"] + eps).sqrt() * grad
        state["u"] = rho * state["u"] + (1 - rho) * delta**2
        p -= group["lr"] * delta


class Adam(_Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)

    def _update(self, p, grad, state, group):
        if not state:
            state["t"] = 0
            for key in ("m", "s", "h"):
                state[key] = torch.zeros_like(p)
        state["t"] += 1
        t = state["t"]
        b1, b2 = group["betas"]
        grad = grad + group["weight_decay"] * p
        state["m"] = b1 * state["m"] + (1 - b1) * grad
        state["s"] = b2 * state["s"] + (1 - b2) * grad**2
        second = state["s"]
        if group["amsgrad"]:
            state["h"] = torch.maximum(state["h"], state["s"])
            second = state["h"]
        m_hat = state["m"] / (1 - b1**t)
        s_hat = second / (1 - b2**t)
        p -= group["lr"] * m_hat / (s_hat.sqrt() + group["eps"])


class AdamW(_Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)

    def _update(self, p, grad, state, group):
        if not state:
            state["t"] = 0
            for key in ("m", "s", "h"):
                state[key] = torch.zeros_like(p)
        state["t"] += 1
        t = state["t"]
        b1, b2 = group["betas"]
        p *= 1 - group["lr"] * group["weight_decay"]
        state["m"] = b1 * state["m"] + (1 - b1) * grad
        state["s"] = b2 * state["s"] + (1 - b2) * grad**2
        second = state["s"]
        if group["amsgrad"]:
            state["h"] = torch.maximum(state["h"], state["s"])
            second = state["h"]
        m_hat = state["m"] / (1 - b1**t)
        s_hat = second / (1 - b2**t)
        p -= group["lr"] * m_hat / (s_hat.sqrt() + group["eps"])


def normal_equation(x, y):
    n, d = x.shape
    if n < d:
        raise ValueError(f"x has {n} rows and {d} columns")
    if y.shape[0] != n:
        raise ValueError(f"y has {y.shape[0]} rows, expected {n}")
    return torch.linalg.solve(x.T @ x, x.T @ y)


def gradient_descent(f, x0, lr, steps):
    if steps < 0:
        raise ValueError(f"steps must not be negative, got {steps}")
    x = x0.detach().clone()
    path = [x.clone()]
    for _ in range(steps):
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            value = f(x)
            if value.dim() != 0:
                raise ValueError("f must return one number")
            (g,) = torch.autograd.grad(value, x)
        x = (x - lr * g).detach()
        path.append(x.clone())
    return torch.stack(path)


def stochastic_gradient_descent(x, y, w0, lr, order):
    n, d = x.shape
    if y.shape != (n,):
        raise ValueError(f"y has shape {tuple(y.shape)}")
    if w0.shape != (d,):
        raise ValueError(f"w0 has shape {tuple(w0.shape)}")
    if order.numel() and (order.min() < 0 or order.max() >= n):
        raise ValueError("order has an index that no sample has")
    x, y, w = x.detach(), y.detach(), w0.detach().clone()
    out = [w]
    for i in order.tolist():
        error = x[i] @ w - y[i]
        w = w - lr * error * x[i]
        out.append(w)
    return torch.stack(out)


def escape_saddle(f, x0, lr, noise, steps, generator):
    if noise < 0:
        raise ValueError("noise is negative")
    if steps < 0:
        raise ValueError("steps is negative")
    points = [x0.detach().clone()]
    for _ in range(steps):
        point = points[-1].clone().requires_grad_()
        with torch.enable_grad():
            slope, = torch.autograd.grad(f(point), point)
        z = torch.randn(x0.shape, generator=generator, dtype=x0.dtype).to(x0.device)
        points.append((point - lr * (slope + noise * z)).detach())
    return torch.stack(points)


def step_lr(it, base_lr, step_size, gamma=0.1):
    if it < 0:
        raise ValueError("it is negative")
    if step_size < 1:
        raise ValueError("step_size is below 1")
    return float(base_lr * gamma ** (it // step_size))


def cosine_lr(it, base_lr, total, warmup=0, min_lr=0.0):
    if it < 0:
        raise ValueError("it is negative")
    if warmup < 0 or warmup > total:
        raise ValueError("warmup must lie between 0 and total")
    if it < warmup:
        return float(base_lr * it / warmup)
    if it >= total:
        return float(min_lr)
    progress = (it - warmup) / (total - warmup)
    return float(min_lr + (base_lr - min_lr) * 0.5 * (1 + math.cos(math.pi * progress)))


def minibatches(n, batch_size, shuffle, generator, drop_last):
    if n < 0:
        raise ValueError(f"n must not be negative, got {n}")
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}")
    order = torch.randperm(n, generator=generator) if shuffle else torch.arange(n)
    batches = [order[i:i + batch_size] for i in range(0, n, batch_size)]
    if drop_last and batches and len(batches[-1]) < batch_size:
        batches.pop()
    return batches


class ExponentialMovingAverage:
    def __init__(self, params, decay):
        self.params = list(params)
        if not self.params:
            raise ValueError("params is empty")
        if not 0 <= decay < 1:
            raise ValueError(f"decay must lie in [0, 1), not {decay}")
        self.decay = decay
        self.averages = [p.detach().clone() for p in self.params]
        self._kept = None

    @torch.no_grad()
    def update(self):
        for a, p in zip(self.averages, self.params):
            a.mul_(self.decay).add_((1 - self.decay) * p)

    @torch.no_grad()
    def apply(self):
        if self._kept is not None:
            raise RuntimeError("applied already: call restore first")
        self._kept = [p.detach().clone() for p in self.params]
        for a, p in zip(self.averages, self.params):
            p.copy_(a)

    @torch.no_grad()
    def restore(self):
        if self._kept is None:
            raise RuntimeError("nothing is applied")
        for k, p in zip(self._kept, self.params):
            p.copy_(k)
        self._kept = None

    def state_dict(self):
        return {"decay": self.decay, "averages": [a.clone() for a in self.averages]}

    def load_state_dict(self, saved):
        self.decay = saved["decay"]
        self.averages = [a.clone() for a in saved["averages"]]


def minibatch_gradient_descent(x, y, w0, lr, epochs, batch_size, generator):
    n, d = x.shape
    if y.shape != (n,):
        raise ValueError("y has the wrong shape")
    if w0.shape != (d,):
        raise ValueError("w0 has the wrong shape")
    if epochs < 0:
        raise ValueError("epochs is negative")
    if batch_size < 1:
        raise ValueError("batch_size is below 1")
    x, y = x.detach(), y.detach()
    w = w0.detach().clone()
    trajectory = [w]
    for _ in range(epochs):
        for batch in minibatches(n, batch_size, True, generator, False):
            batch = batch.to(x.device)
            xb, yb = x[batch], y[batch]
            residual = xb @ w - yb
            grad = xb.T @ residual / len(batch)
            w = w - lr * grad
            trajectory.append(w)
    return torch.stack(trajectory)


class LinearFit(NamedTuple):
    w: Tensor
    b: Tensor
    losses: list


def fit_linear(x, y, lr, epochs, batch_size, generator):
    n, d = x.shape
    if y.shape != (n,):
        raise ValueError("y has the wrong shape")
    if epochs < 0:
        raise ValueError("epochs is negative")
    if batch_size < 1:
        raise ValueError("batch_size is below 1")
    x, y = x.detach(), y.detach()
    w, b = x.new_zeros(d), x.new_zeros(())
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in minibatches(n, batch_size, True, generator, False):
            batch = batch.to(x.device)
            xb, yb = x[batch], y[batch]
            error = xb @ w + b - yb
            total += (error**2).sum().item()
            grad_w = 2 * xb.T @ error / len(batch)
            grad_b = 2 * error.mean()
            w = w - lr * grad_w
            b = b - lr * grad_b
        losses.append(total / n)
    return LinearFit(w, b, losses)


def ascend(f, x0, lr, steps, weight_decay=0.0):
    def downhill(x):
        return weight_decay / 2 * (x**2).sum() - f(x)

    return gradient_descent(downhill, x0, lr, steps)
