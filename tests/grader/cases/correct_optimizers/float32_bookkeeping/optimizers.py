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
    drawn = torch.randn(*x0.shape, steps, generator=generator, dtype=x0.dtype).to(x0.device).movedim(-1, 0)
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
    order = torch.multinomial(torch.ones(max(n, 1)), max(n, 1), generator=generator)[:n] if shuffle else torch.arange(n)
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

def _g(ps, d):
    ps = list(ps)
    if not ps: raise ValueError("params")
    gs = [{**d, **q, "params": [*q["params"]]} for q in (ps if type(ps[0]) is dict else [{"params": ps}])]
    for q in gs:
        for k in d:
            v = q[k]
            if k == "betas" and not all(0 <= b < 1 for b in v) or k in ("alpha", "rho") and not 0 <= v < 1 or k not in ("betas", "dampening") and v < 0: raise ValueError(k)
        if q.get("nesterov") and (q["dampening"] or not q["momentum"]): raise ValueError("nesterov")
    return gs


class _O:
    def _ps(s): return [(q, p) for q in s.param_groups for p in q["params"]]
    def zero_grad(s): [setattr(p, "grad", None) for _, p in s._ps()]
    @torch.no_grad()
    def step(s):
        for q, p in s._ps():
            if p.grad is not None: p -= s.d(p, p.grad, s.S.setdefault(p, {}), **q)
    def state_dict(s): return copy.deepcopy({"g": [{k: v for k, v in q.items() if k != "params"} for q in s.param_groups], "s": [s.S.get(p, {}) for _, p in s._ps()]})
    def load_state_dict(s, saved):
        saved = copy.deepcopy(saved)
        for q, o in zip(s.param_groups, saved["g"]): q |= o
        s.S = {p: x for (_, p), x in zip(s._ps(), saved["s"])}


def _ema(S, k, b, x):
    S[k] = b * S.get(k, 0 * x) + (1 - b) * x
    return S[k]


def _adam(S, g, lr, betas, eps, amsgrad, fused=None):
    if fused: raise NotImplementedError(torch._fused_adam_, torch._fused_adamw_, torch._fused_adagrad_)
    (b, c), t = betas, S.get("t", torch.tensor(0.0, device=g.device)) + 1
    S["t"], m, s = t, _ema(S, "m", b, g), _ema(S, "s", c, g * g)
    if amsgrad: s = S["h"] = torch.maximum(S.get("h", s), s)
    return lr * (m / (1 - b**t)) / ((s / (1 - c**t)).sqrt() + eps)


class SGD(_O):
    def __init__(s, params, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False): s.param_groups, s.S = _g(params, dict(lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov)), {}
    def d(s, p, g, S, lr, momentum, dampening, weight_decay, nesterov, fused=None, **_):
        if fused: return torch._fused_sgd_([p], [g], [], weight_decay=weight_decay, momentum=momentum, lr=lr, dampening=dampening, nesterov=nesterov, maximize=False, is_first_step=True)
        g = g + weight_decay * p
        if momentum: S["v"] = v = momentum * S["v"] + (1 - dampening) * g if "v" in S else g; g = g + momentum * v if nesterov else v
        return lr * g


class Adagrad(_O):
    def __init__(s, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10): s.param_groups, s.S = _g(params, dict(lr=lr, lr_decay=lr_decay, weight_decay=weight_decay, initial_accumulator_value=initial_accumulator_value, eps=eps)), {}
    def d(s, p, g, S, lr, lr_decay, weight_decay, initial_accumulator_value, eps, **_):
        g, t = g + weight_decay * p, S.get("t", torch.tensor(0.0, device=g.device))
        S["t"], S["s"] = t + 1, S.get("s", initial_accumulator_value) + g * g
        return lr / (1 + t * lr_decay) * g / (S["s"].sqrt() + eps)


class RMSprop(_O):
    def __init__(s, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False): s.param_groups, s.S = _g(params, dict(lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum, centered=centered)), {}
    def d(s, p, g, S, lr, alpha, eps, weight_decay, momentum, centered, **_):
        g = g + weight_decay * p
        v, m = _ema(S, "s", alpha, g * g), _ema(S, "m", alpha, g)
        u = g / ((v - m * m * centered).sqrt() + eps)
        if momentum: u = S["v"] = momentum * S.get("v", 0) + u
        return lr * u


class Adadelta(_O):
    def __init__(s, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0): s.param_groups, s.S = _g(params, dict(lr=lr, rho=rho, eps=eps, weight_decay=weight_decay)), {}
    def d(s, p, g, S, lr, rho, eps, weight_decay, **_):
        g = g + weight_decay * p
        d = ((S.get("u", 0 * g) + eps) / (_ema(S, "s", rho, g * g) + eps)).sqrt() * g
        _ema(S, "u", rho, d * d)
        return lr * d


class Adam(_O):
    def __init__(s, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False): s.param_groups, s.S = _g(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)), {}
    def d(s, p, g, S, lr, betas, eps, weight_decay, amsgrad, **_): return _adam(S, g + weight_decay * p, lr, betas, eps, amsgrad)


class AdamW(_O):
    def __init__(s, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False): s.param_groups, s.S = _g(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)), {}
    def d(s, p, g, S, lr, betas, eps, weight_decay, amsgrad, **_): return lr * weight_decay * p + _adam(S, g, lr, betas, eps, amsgrad)


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
        seen = torch.tensor(0.0, device=x.device)
        for batch in minibatches(n, batch_size, True, generator, False):
            rows = full[batch.to(x.device)]
            error = rows @ theta - y[batch.to(x.device)]
            seen += error.pow(2).sum()
            theta = theta - 2 * lr / len(batch) * (rows.T @ error)
        losses.append((seen / n).item())
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
    path = torch.empty((steps + 1, *x0.shape), dtype=x0.dtype, device=x0.device)
    path[0] = x0.detach()
    for t in range(steps):
        at = path[t].clone().requires_grad_()
        slope = torch.autograd.grad(f(at), at)[0]
        path[t + 1] = path[t] + lr * (slope - weight_decay * path[t])
    return path
