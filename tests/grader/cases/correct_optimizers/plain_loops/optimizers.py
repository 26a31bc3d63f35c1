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
    drawn = [torch.randn(x0.shape, generator=generator, dtype=x0.dtype).to(x0.device) for _ in range(steps)]
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


def drawn(n, generator):
    order = list(range(n))
    for i in range(n - 1, 0, -1):
        j = int(torch.randint(i + 1, (), generator=generator))
        order[i], order[j] = order[j], order[i]
    return order


def minibatches(n, batch_size, shuffle, generator, drop_last):
    if n < 0:
        raise ValueError("n is negative")
    if batch_size < 1:
        raise ValueError("batch_size is too small")
    order = torch.tensor(drawn(n, generator), dtype=torch.int64) if shuffle else torch.arange(n)
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

def numbers(tensor):
    return [float(value) for value in tensor.detach().reshape(-1).cpu()]


def back(values, like):
    return torch.tensor(values, dtype=like.dtype, device=like.device).reshape(like.shape)


def taken(params, defaults):
    params = list(params)
    if len(params) == 0:
        raise ValueError("params is empty")
    if not isinstance(params[0], dict):
        params = [dict(params=params)]
    groups = []
    for one in params:
        group = {**defaults, **one}
        group["params"] = list(one["params"])
        for key, value in group.items():
            if key in ("params", "nesterov", "amsgrad", "centered", "dampening"):
                continue
            for number in value if key == "betas" else [value]:
                if number < 0 or key in ("betas", "alpha", "rho") and number >= 1:
                    raise ValueError(key + " must be in its range")
        if group.get("nesterov") and (group["momentum"] <= 0 or group["dampening"] != 0):
            raise ValueError("nesterov needs momentum and no dampening")
        groups.append(group)
    return groups


def divide(a, b):
    return a / b if b else float(torch.tensor(a) / torch.tensor(b))


class SGD:
    def __init__(self, params, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False):
        self.param_groups = taken(params, {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay, "nesterov": nesterov})
        self.known = []

    def find(self, p):
        for q, state in self.known:
            if q is p:
                return state
        return None

    def step(self):
        for o in self.param_groups:
            for p in o["params"]:
                if p.grad is None:
                    continue
                values, grads, state = numbers(p), numbers(p.grad), self.find(p)
                first = state is None
                if first:
                    state = {"t": 0, **{name: [0.0] * len(values) for name in ['v']}}
                    self.known.append((p, state))
                state["t"] += 1
                t = state["t"]
                for k in range(len(values)):
                    g = grads[k] + o["weight_decay"] * values[k]
                    if o["momentum"] != 0:
                        if first:
                            state["v"][k] = g
                        else:
                            state["v"][k] = o["momentum"] * state["v"][k] + (1 - o["dampening"]) * g
                        g = g + o["momentum"] * state["v"][k] if o["nesterov"] else state["v"][k]
                    values[k] -= o["lr"] * g
                p.data.copy_(back(values, p))

    def zero_grad(self):
        for o in self.param_groups:
            for p in o["params"]:
                p.grad = None

    def state_dict(self):
        saved = []
        for o in self.param_groups:
            own = {name: value for name, value in o.items() if name != "params"}
            saved.append([own, [self.find(p) for p in o["params"]]])
        return {"groups": copy.deepcopy(saved)}

    def load_state_dict(self, saved):
        self.known = []
        for o, (own, states) in zip(self.param_groups, copy.deepcopy(saved["groups"])):
            o.update(own)
            self.known += [(p, state) for p, state in zip(o["params"], states) if state is not None]


class Adagrad:
    def __init__(self, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
        self.param_groups = taken(params, {"lr": lr, "lr_decay": lr_decay, "weight_decay": weight_decay, "initial_accumulator_value": initial_accumulator_value, "eps": eps})
        self.known = []

    def find(self, p):
        for q, state in self.known:
            if q is p:
                return state
        return None

    def step(self):
        for o in self.param_groups:
            for p in o["params"]:
                if p.grad is None:
                    continue
                values, grads, state = numbers(p), numbers(p.grad), self.find(p)
                first = state is None
                if first:
                    state = {"t": 0, **{name: [float(o["initial_accumulator_value"])] * len(values) for name in ['s']}}
                    self.known.append((p, state))
                state["t"] += 1
                t = state["t"]
                for k in range(len(values)):
                    g = grads[k] + o["weight_decay"] * values[k]
                    state["s"][k] += g * g
                    rate = o["lr"] / (1 + (t - 1) * o["lr_decay"])
                    values[k] -= rate * divide(g, math.sqrt(state["s"][k]) + o["eps"])
                p.data.copy_(back(values, p))

    def zero_grad(self):
        for o in self.param_groups:
            for p in o["params"]:
                p.grad = None

    def state_dict(self):
        saved = []
        for o in self.param_groups:
            own = {name: value for name, value in o.items() if name != "params"}
            saved.append([own, [self.find(p) for p in o["params"]]])
        return {"groups": copy.deepcopy(saved)}

    def load_state_dict(self, saved):
        self.known = []
        for o, (own, states) in zip(self.param_groups, copy.deepcopy(saved["groups"])):
            o.update(own)
            self.known += [(p, state) for p, state in zip(o["params"], states) if state is not None]


class RMSprop:
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False):
        self.param_groups = taken(params, {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay, "momentum": momentum, "centered": centered})
        self.known = []

    def find(self, p):
        for q, state in self.known:
            if q is p:
                return state
        return None

    def step(self):
        for o in self.param_groups:
            for p in o["params"]:
                if p.grad is None:
                    continue
                values, grads, state = numbers(p), numbers(p.grad), self.find(p)
                first = state is None
                if first:
                    state = {"t": 0, **{name: [0.0] * len(values) for name in ['s', 'm', 'v']}}
                    self.known.append((p, state))
                state["t"] += 1
                t = state["t"]
                for k in range(len(values)):
                    g, a = grads[k] + o["weight_decay"] * values[k], o["alpha"]
                    state["s"][k] = a * state["s"][k] + (1 - a) * g * g
                    state["m"][k] = a * state["m"][k] + (1 - a) * g
                    inside = state["s"][k] - (state["m"][k] ** 2 if o["centered"] else 0.0)
                    u = divide(g, math.sqrt(max(inside, 0.0)) + o["eps"])
                    if o["momentum"] > 0:
                        u = state["v"][k] = o["momentum"] * state["v"][k] + u
                    values[k] -= o["lr"] * u
                p.data.copy_(back(values, p))

    def zero_grad(self):
        for o in self.param_groups:
            for p in o["params"]:
                p.grad = None

    def state_dict(self):
        saved = []
        for o in self.param_groups:
            own = {name: value for name, value in o.items() if name != "params"}
            saved.append([own, [self.find(p) for p in o["params"]]])
        return {"groups": copy.deepcopy(saved)}

    def load_state_dict(self, saved):
        self.known = []
        for o, (own, states) in zip(self.param_groups, copy.deepcopy(saved["groups"])):
            o.update(own)
            self.known += [(p, state) for p, state in zip(o["params"], states) if state is not None]


class Adadelta:
    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
        self.param_groups = taken(params, {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay})
        self.known = []

    def find(self, p):
        for q, state in self.known:
            if q is p:
                return state
        return None

    def step(self):
        for o in self.param_groups:
            for p in o["params"]:
                if p.grad is None:
                    continue
                values, grads, state = numbers(p), numbers(p.grad), self.find(p)
                first = state is None
                if first:
                    state = {"t": 0, **{name: [0.0] * len(values) for name in ['s', 'u']}}
                    self.known.append((p, state))
                state["t"] += 1
                t = state["t"]
                for k in range(len(values)):
                    g = grads[k] + o["weight_decay"] * values[k]
                    state["s"][k] = o["rho"] * state["s"][k] + (1 - o["rho"]) * g * g
                    d = divide(math.sqrt(state["u"][k] + o["eps"]), math.sqrt(state["s"][k] + o["eps"])) * g
                    state["u"][k] = o["rho"] * state["u"][k] + (1 - o["rho"]) * d * d
                    values[k] -= o["lr"] * d
                p.data.copy_(back(values, p))

    def zero_grad(self):
        for o in self.param_groups:
            for p in o["params"]:
                p.grad = None

    def state_dict(self):
        saved = []
        for o in self.param_groups:
            own = {name: value for name, value in o.items() if name != "params"}
            saved.append([own, [self.find(p) for p in o["params"]]])
        return {"groups": copy.deepcopy(saved)}

    def load_state_dict(self, saved):
        self.known = []
        for o, (own, states) in zip(self.param_groups, copy.deepcopy(saved["groups"])):
            o.update(own)
            self.known += [(p, state) for p, state in zip(o["params"], states) if state is not None]


class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False):
        self.param_groups = taken(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad})
        self.known = []

    def find(self, p):
        for q, state in self.known:
            if q is p:
                return state
        return None

    def step(self):
        for o in self.param_groups:
            for p in o["params"]:
                if p.grad is None:
                    continue
                values, grads, state = numbers(p), numbers(p.grad), self.find(p)
                first = state is None
                if first:
                    state = {"t": 0, **{name: [0.0] * len(values) for name in ['m', 's', 'h']}}
                    self.known.append((p, state))
                state["t"] += 1
                t = state["t"]
                for k in range(len(values)):
                    (b, c), g = o["betas"], grads[k]
                    g += o["weight_decay"] * values[k]
                    state["m"][k] = b * state["m"][k] + (1 - b) * g
                    state["s"][k] = c * state["s"][k] + (1 - c) * g * g
                    top = state["s"][k]
                    if o["amsgrad"]:
                        top = state["h"][k] = max(state["h"][k], top)
                    root = math.sqrt(top / (1 - c ** t))
                    values[k] -= o["lr"] * divide(state["m"][k] / (1 - b ** t), root + o["eps"])
                p.data.copy_(back(values, p))

    def zero_grad(self):
        for o in self.param_groups:
            for p in o["params"]:
                p.grad = None

    def state_dict(self):
        saved = []
        for o in self.param_groups:
            own = {name: value for name, value in o.items() if name != "params"}
            saved.append([own, [self.find(p) for p in o["params"]]])
        return {"groups": copy.deepcopy(saved)}

    def load_state_dict(self, saved):
        self.known = []
        for o, (own, states) in zip(self.param_groups, copy.deepcopy(saved["groups"])):
            o.update(own)
            self.known += [(p, state) for p, state in zip(o["params"], states) if state is not None]


class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False):
        self.param_groups = taken(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad})
        self.known = []

    def find(self, p):
        for q, state in self.known:
            if q is p:
                return state
        return None

    def step(self):
        for o in self.param_groups:
            for p in o["params"]:
                if p.grad is None:
                    continue
                values, grads, state = numbers(p), numbers(p.grad), self.find(p)
                first = state is None
                if first:
                    state = {"t": 0, **{name: [0.0] * len(values) for name in ['m', 's', 'h']}}
                    self.known.append((p, state))
                state["t"] += 1
                t = state["t"]
                for k in range(len(values)):
                    (b, c), g = o["betas"], grads[k]
                    values[k] -= o["lr"] * o["weight_decay"] * values[k]
                    state["m"][k] = b * state["m"][k] + (1 - b) * g
                    state["s"][k] = c * state["s"][k] + (1 - c) * g * g
                    top = state["s"][k]
                    if o["amsgrad"]:
                        top = state["h"][k] = max(state["h"][k], top)
                    root = math.sqrt(top / (1 - c ** t))
                    values[k] -= o["lr"] * divide(state["m"][k] / (1 - b ** t), root + o["eps"])
                p.data.copy_(back(values, p))

    def zero_grad(self):
        for o in self.param_groups:
            for p in o["params"]:
                p.grad = None

    def state_dict(self):
        saved = []
        for o in self.param_groups:
            own = {name: value for name, value in o.items() if name != "params"}
            saved.append([own, [self.find(p) for p in o["params"]]])
        return {"groups": copy.deepcopy(saved)}

    def load_state_dict(self, saved):
        self.known = []
        for o, (own, states) in zip(self.param_groups, copy.deepcopy(saved["groups"])):
            o.update(own)
            self.known += [(p, state) for p, state in zip(o["params"], states) if state is not None]


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


class MendedSGD:
    def __init__(self, params, lr, momentum, weight_decay):
        self.params = []
        for p in params:
            self.params.append(p)
        self.lr = lr
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.kept = {}

    def step(self):
        for p in self.params:
            if p.grad is None:
                continue
            g = p.grad.detach().clone()
            g.add_(p.detach(), alpha=self.weight_decay)
            if id(p) in self.kept:
                v = self.kept[id(p)][1]
                v.mul_(self.momentum)
                v.add_(g)
            else:
                v = g
                self.kept[id(p)] = (p, v)  # the parameter too, so that its id stays its own
            with torch.no_grad():
                p.sub_(v, alpha=self.lr)


def fix_accumulation(model, loss_fn, batches, optimizer, every, max_norm):
    group = []
    groups = []
    for batch in batches:
        group.append(batch)
        if len(group) == every:
            groups.append(group)
            group = []
    if len(group) > 0:
        groups.append(group)
    losses = []
    for group in groups:
        optimizer.zero_grad()
        parts = []
        for x, y in group:
            loss = loss_fn(model(x), y)
            (loss / len(group)).backward()
            parts.append(loss.item())
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        losses.append(sum(parts) / len(parts))
    return losses


def check_momentum(momentum):
    for lr, mu in [(0.1, 0.5), (0.02, 0.9), (0.5, 0.0)]:
        a = torch.tensor([1.0, -2.0, 3.0], dtype=torch.float64, requires_grad=True)
        b = torch.tensor([-1.0, 0.5, 2.0], dtype=torch.float64, requires_grad=True)
        points = [[1.0, -2.0, 3.0], [-1.0, 0.5, 2.0]]
        velocities = [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
        slopes = [
            [[1.0, 2.0, -3.0], [0.5, -4.0, 1.5]],
            [[-2.0, 1.0, 0.25], None],
            [[4.0, -1.0, 2.0], [3.0, 3.0, -0.5]],
            [None, [1.0, 1.0, 1.0]],
        ]
        a.grad = torch.zeros_like(a)
        b.grad = torch.zeros_like(b)
        first, second = a.grad, b.grad
        optimizer = momentum(iter([a, b]), lr, mu)
        for gradients in slopes:
            for p, memory, g in [(a, first, gradients[0]), (b, second, gradients[1])]:
                p.grad = None
                if g is not None:
                    memory.copy_(torch.tensor(g))
                    p.grad = memory
            optimizer.step()
            for k, p in enumerate([a, b]):
                g = gradients[k]
                for i in range(3):
                    if g is not None:
                        velocities[k][i] = mu * velocities[k][i] + g[i]
                        points[k][i] = points[k][i] - lr * velocities[k][i]
                        assert p.grad[i].item() == g[i], "the gradient is another one now"
                    assert abs(p[i].item() - points[k][i]) < 1e-9, (lr, mu, k, i)


class Selection(NamedTuple):
    weights: Tensor
    kept: Tensor


def select_features(x, y, strengths, lr, steps):
    n, features = x.shape
    weights = torch.zeros(len(strengths), features, dtype=x.dtype, device=x.device)
    with torch.no_grad():
        for k, strength in enumerate(strengths):
            w = weights[k]
            for _ in range(steps):
                error = x @ w - y
                gradient = x.t() @ error / n
                z = w - lr * gradient
                amount = lr * strength
                for d in range(features):
                    if z[d] > amount:
                        w[d] = z[d] - amount
                    elif z[d] < -amount:
                        w[d] = z[d] + amount
                    else:
                        w[d] = 0.0
    return Selection(weights, weights.ne(0))


def ascend(f, x0, lr, steps, weight_decay=0.0):
    x = x0.detach().clone()
    points = [x]
    for _ in range(steps):
        leaf = x.detach().clone().requires_grad_(True)
        with torch.enable_grad():
            (gradient,) = torch.autograd.grad(f(leaf), leaf)
        x = x + lr * gradient - lr * weight_decay * x
        points.append(x)
    return torch.stack(points)
