import copy
from collections import namedtuple

import numpy as np
import torch


def normal_equation(x, y):
    n, d = x.shape
    if n < d:
        raise ValueError("x has %d rows and %d columns" % (n, d))
    if y.shape[0] != n:
        raise ValueError("y has %d rows, x has %d" % (y.shape[0], n))
    a = x.to(torch.float64)
    columns = y.to(torch.float64).reshape(n, -1)
    u, s, vt = torch.linalg.svd(a, full_matrices=False)
    w = vt.T @ ((u.T @ columns) / s[:, np.newaxis])
    return w.reshape((d,) + tuple(y.shape[1:])).to(x.dtype)


def empty_path(start, steps):
    path = torch.empty((steps + 1,) + tuple(start.shape), dtype=start.dtype, device=start.device)
    path[0] = start.detach()
    return path


def grad_of(f, x):
    with torch.enable_grad():
        x = x.detach().clone().requires_grad_()
        y = f(x)
        if not y.requires_grad:
            return torch.zeros_like(x, requires_grad=False)
        return torch.autograd.grad(y, x, materialize_grads=True)[0]


def gradient_descent(f, x0, lr, steps):
    path = empty_path(x0, steps)
    for t in range(steps):
        path[t + 1] = path[t] - lr * grad_of(f, path[t])
    return path


def stochastic_gradient_descent(x, y, w0, lr, order):
    x, y = x.detach(), y.detach()
    path = empty_path(w0, order.shape[0])
    xs, ys = x[order], y[order]
    for t, (row, target) in enumerate(zip(xs, ys)):
        path[t + 1] = path[t] - lr * row * (row.dot(path[t]) - target)
    return path


def minibatches(n, batch_size, shuffle, generator, drop_last):
    order = torch.arange(n)
    if shuffle:
        order = order[torch.randperm(n, generator=generator)]
    cuts = np.arange(batch_size, n, batch_size)
    batches = [part for part in torch.tensor_split(order, cuts.tolist()) if len(part)]
    if drop_last and batches and len(batches[-1]) < batch_size:
        batches.pop()
    return batches


def minibatch_gradient_descent(x, y, w0, lr, epochs, batch_size, generator):
    x, y = x.detach(), y.detach()
    path = empty_path(w0, epochs * int(np.ceil(x.shape[0] / batch_size)))
    t = 0
    for _ in range(epochs):
        for batch in minibatches(x.shape[0], batch_size, True, generator, False):
            a, b = x[batch.to(x.device)], y[batch.to(x.device)]
            path[t + 1] = path[t] - lr * (a * (a @ path[t] - b)[:, np.newaxis]).mean(axis=0)
            t += 1
    return path


def escape_saddle(f, x0, lr, noise, steps, generator):
    path = empty_path(x0, steps)
    z = torch.randn((steps,) + tuple(x0.shape), generator=generator, dtype=x0.dtype).to(x0.device)
    for t in range(steps):
        path[t + 1] = path[t] - lr * (grad_of(f, path[t]) + noise * z[t])
    return path


class Stacked:
    """Keeps for each parameter one array (rows, *shape): a row for each average, and a count of steps."""

    rows = 0

    def __init__(self, params, hyper):
        params = list(params)
        if not (len(params) and isinstance(params[0], dict)):
            params = [dict(params=params)]
        self.param_groups = []
        for given in params:
            group = dict(hyper)
            group.update(given)
            group["params"] = list(given["params"])
            self.param_groups.append(group)
        self.arrays, self.counts = {}, {}

    def first(self, p, group):
        return np.zeros(self.rows)

    def step(self):
        with torch.no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is None:
                        continue
                    if p not in self.arrays:
                        start = torch.from_numpy(self.first(p, group)).to(p)
                        self.arrays[p] = start.reshape((-1,) + (1,) * p.ndim).repeat((1,) + tuple(p.shape))
                        self.counts[p] = 0
                    self.counts[p] += 1
                    p[...] = self.moved(p, p.grad, self.arrays[p], self.counts[p], **self.options(group))

    def options(self, group):
        return {name: value for name, value in group.items() if name != "params"}

    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def places(self):
        return [(g, i, p) for g, group in enumerate(self.param_groups) for i, p in enumerate(group["params"])]

    def state_dict(self):
        return {
            "options": copy.deepcopy([self.options(group) for group in self.param_groups]),
            "arrays": {f"{g}/{i}": self.arrays[p].clone() for g, i, p in self.places() if p in self.arrays},
            "counts": {f"{g}/{i}": self.counts[p] for g, i, p in self.places() if p in self.counts},
        }

    def load_state_dict(self, saved):
        for group, options in zip(self.param_groups, copy.deepcopy(saved["options"])):
            group.update(options)
        self.arrays, self.counts = {}, {}
        for g, i, p in self.places():
            if f"{g}/{i}" in saved["arrays"]:
                self.arrays[p] = saved["arrays"][f"{g}/{i}"].clone()
                self.counts[p] = saved["counts"][f"{g}/{i}"]


def average(rows, rates, values):
    """Every row moves towards its value; the rates are subtracted from 1 as Python's floats, which are exact enough."""
    rates = np.asarray(rates, dtype=np.float64)
    column = (-1,) + (1,) * (rows.ndim - 1)
    keep, take = (torch.from_numpy(a).to(rows).reshape(column) for a in (rates, 1 - rates))
    rows[...] = keep * rows + take * torch.stack(values)


class SGD(Stacked):
    rows = 1

    def __init__(self, params, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False):
        hyper = dict(lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov)
        super().__init__(params, hyper)

    def moved(self, p, g, rows, t, lr, momentum, dampening, weight_decay, nesterov):
        g = g + weight_decay * p
        if momentum == 0:
            return p - lr * g
        rows[0] = g if t == 1 else momentum * rows[0] + (1 - dampening) * g
        return p - lr * (g + momentum * rows[0] if nesterov else rows[0])


class Adagrad(Stacked):
    rows = 1

    def __init__(self, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
        hyper = dict(lr=lr, lr_decay=lr_decay, weight_decay=weight_decay)
        super().__init__(params, dict(hyper, initial_accumulator_value=initial_accumulator_value, eps=eps))

    def first(self, p, group):
        return np.array([group["initial_accumulator_value"]], dtype=np.float64)

    def moved(self, p, g, rows, t, lr, lr_decay, weight_decay, initial_accumulator_value, eps):
        g = g + weight_decay * p
        rows += torch.square(g)
        return p - lr / (1 + (t - 1) * lr_decay) * g / (torch.sqrt(rows[0]) + eps)


class RMSprop(Stacked):
    rows = 3

    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False):
        hyper = dict(lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum, centered=centered)
        super().__init__(params, hyper)

    def moved(self, p, g, rows, t, lr, alpha, eps, weight_decay, momentum, centered):
        g = g + weight_decay * p
        average(rows[:2], [alpha, alpha], [torch.square(g), g])
        s, m, v = rows
        d = torch.sqrt(s - torch.square(m) if centered else s) + eps
        if momentum == 0:
            return p - lr * g / d
        rows[2] = momentum * v + g / d
        return p - lr * rows[2]


class Adadelta(Stacked):
    rows = 2

    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
        super().__init__(params, dict(lr=lr, rho=rho, eps=eps, weight_decay=weight_decay))

    def moved(self, p, g, rows, t, lr, rho, eps, weight_decay):
        g = g + weight_decay * p
        average(rows[:1], [rho], [torch.square(g)])
        rms = torch.sqrt(rows + eps)
        d = rms[1] / rms[0] * g
        average(rows[1:], [rho], [torch.square(d)])
        return p - lr * d


class Adam(Stacked):
    rows = 3

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False):
        hyper = dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)
        super().__init__(params, hyper)

    def moved(self, p, g, rows, t, lr, betas, eps, weight_decay, amsgrad):
        return self.adam(p, g + weight_decay * p, rows, t, lr, betas, eps, amsgrad)

    def adam(self, p, g, rows, t, lr, betas, eps, amsgrad):
        average(rows[:2], betas, [g, torch.square(g)])
        if amsgrad:
            rows[2] = torch.maximum(rows[2], rows[1])
        grown = 1 - np.power(np.asarray(betas, dtype=np.float64), t)
        m_hat = rows[0] / float(grown[0])
        h_hat = rows[2 if amsgrad else 1] / float(grown[1])
        return p - lr * m_hat / (torch.sqrt(h_hat) + eps)


class AdamW(Adam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad)

    def moved(self, p, g, rows, t, lr, betas, eps, weight_decay, amsgrad):
        return self.adam((1 - lr * weight_decay) * p, g, rows, t, lr, betas, eps, amsgrad)


def step_lr(it, base_lr, step_size, gamma=0.1):
    return float(base_lr * np.power(float(gamma), np.floor_divide(it, step_size)))


def cosine_lr(it, base_lr, total, warmup=0, min_lr=0.0):
    if it < warmup:
        return float(np.interp(it, [0, warmup], [0, base_lr]))
    if it >= total:
        return float(min_lr)
    angle = np.pi * (it - warmup) / (total - warmup)
    return float(min_lr + (base_lr - min_lr) * (1 + np.cos(angle)) / 2)


class ExponentialMovingAverage:
    def __init__(self, params, decay):
        self.params = list(params)
        self.decay = decay
        self.averages = [p.detach().clone() for p in self.params]
        self.kept = []
        self.applied = False

    def update(self):
        for a, p in zip(self.averages, self.params):
            a[...] = self.decay * a + (1 - self.decay) * p.detach()

    def exchange(self, values):
        with torch.no_grad():
            for p, value in zip(self.params, values):
                p[...] = value

    def apply(self):
        if self.applied:
            raise RuntimeError("restore first")
        self.kept = [p.detach().clone() for p in self.params]
        self.exchange(self.averages)
        self.applied = True

    def restore(self):
        if not self.applied:
            raise RuntimeError("nothing is applied")
        self.exchange(self.kept)
        self.applied = False

    def state_dict(self):
        return {"decay": self.decay, "averages": [a.clone() for a in self.averages]}

    def load_state_dict(self, saved):
        self.decay = saved["decay"]
        for a, other in zip(self.averages, saved["averages"]):
            a[...] = other


LinearFit = namedtuple("LinearFit", ["w", "b", "losses"])


def fit_linear(x, y, lr, epochs, batch_size, generator):
    if tuple(y.shape) != (x.shape[0],):
        raise ValueError("y has shape %s" % (tuple(y.shape),))
    x, y = x.detach(), y.detach()
    n = x.shape[0]
    w = torch.zeros(x.shape[1], dtype=x.dtype, device=x.device)
    b = torch.zeros((), dtype=x.dtype, device=x.device)
    squares = np.zeros((epochs, n))
    for epoch in range(epochs):
        for batch in minibatches(n, batch_size, True, generator, False):
            rows = batch.to(x.device)
            residual = x[rows] @ w + b - y[rows]
            squares[epoch, batch.numpy()] = torch.square(residual).cpu().numpy()
            w = w - lr * 2 * (x[rows].T @ residual) / len(rows)
            b = b - lr * 2 * residual.mean()
    return LinearFit(w, b, squares.mean(axis=1).tolist())


class MendedSGD(object):
    def __init__(self, params, lr, momentum, weight_decay):
        self.params = list(params)
        self.lr, self.momentum, self.weight_decay = lr, momentum, weight_decay
        self._owners, self._velocities = [], []

    def _find(self, p):
        for number, owner in enumerate(self._owners):
            if owner is p:
                return number
        self._owners.append(p)
        self._velocities.append(None)
        return len(self._owners) - 1

    def step(self):
        for p in self.params:
            if p.grad is None:
                continue
            number = self._find(p)
            g = torch.add(p.grad, p.data, alpha=self.weight_decay).detach()
            v = self._velocities[number]
            v = g if v is None else np.multiply(1.0, self.momentum) * v + g
            self._velocities[number] = v
            p.data[...] = p.data - self.lr * v


def fix_accumulation(model, loss_fn, batches, optimizer, every, max_norm):
    batches = list(batches)
    starts = np.arange(0, len(batches), every)
    losses = []
    for start in starts.tolist():
        group = batches[start : start + every]
        values = np.zeros(len(group))
        optimizer.zero_grad(set_to_none=False)
        for number, (x, y) in enumerate(group):
            loss = loss_fn(model(x), y)
            loss.backward()
            values[number] = loss.item()
        params = [p for p in model.parameters() if p.grad is not None]
        for p in params:
            p.grad /= len(group)
        norm = np.sqrt(sum(float((p.grad**2).sum()) for p in params))
        if norm > max_norm:
            for p in params:
                p.grad *= max_norm / norm
        optimizer.step()
        losses.append(float(values.mean()))
    return losses


def check_momentum(momentum):
    rs = np.random.RandomState(7)
    shapes = [(3, 2), (5,), (3, 2), ()]
    for lr, mu in ((0.05, 0.8), (0.4, 0.0), (0.01, 0.99)):
        theta = [np.asarray(rs.randn(*s)) for s in shapes]
        params = [torch.tensor(t, requires_grad=True) for t in theta]
        buffers = [torch.zeros_like(p) for p in params]
        opt = momentum((p for p in params), lr, mu)
        v = [np.zeros(s) for s in shapes]
        for it in range(5):
            grads = [np.asarray(rs.randn(*s)) for s in shapes]
            missing = it % 3 if it else None
            for i, (p, g) in enumerate(zip(params, grads)):
                buffers[i].copy_(torch.from_numpy(g))
                p.grad = None if i == missing else buffers[i]
            opt.step()
            for i, (p, g) in enumerate(zip(params, grads)):
                if i != missing:
                    v[i] = mu * v[i] + g
                    theta[i] = theta[i] - lr * v[i]
                    np.testing.assert_array_equal(p.grad.numpy(), g)
                np.testing.assert_allclose(p.detach().numpy(), theta[i], rtol=1e-7, atol=1e-9)




Selection = namedtuple("Selection", ["weights", "kept"])


def select_features(x, y, strengths, lr, steps):
    x, y = x.detach(), y.detach()
    rows = []
    for lam in strengths:
        w = torch.zeros(x.size(1)).to(x)
        for it in range(steps):
            w = w - lr * torch.mean((x @ w - y)[:, None] * x, axis=0)
            w = torch.clip(w - lr * lam, min=0) - torch.clip(-w - lr * lam, min=0)
        rows.append(w)
    w = torch.stack(rows)
    return Selection(w, torch.logical_not(w == 0))


def ascend(f, x0, lr, steps, weight_decay=0.0):
    path = torch.empty((steps + 1, *x0.shape), dtype=x0.dtype, device=x0.device)
    path[0] = x0.detach()
    for t in range(steps):
        at = path[t].clone().requires_grad_()
        slope = torch.autograd.grad(f(at), at)[0]
        path[t + 1] = path[t] + lr * (slope - weight_decay * path[t])
    return path
