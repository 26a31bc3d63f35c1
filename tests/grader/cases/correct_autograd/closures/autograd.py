"""Functional style: every operation hands back a function that knows how to go backwards."""

import math
from collections import deque
from functools import reduce
from itertools import product
from typing import NamedTuple

import torch
from torch import Tensor


def numerical_gradient(f, x, eps=1e-6):
    if x.dtype is not torch.float64:
        raise ValueError("`x` has to be float64")
    base = x.detach()

    def moved(index, by):
        point = torch.empty(x.shape, dtype=x.dtype, device=x.device).copy_(base)
        point[index] += by
        return f(point).item()

    def slope(index):
        low = moved(index, -eps)
        high = moved(index, eps)
        return (high - low) / (2 * eps)

    slopes = [slope(index) for index in product(*map(range, x.shape))]
    return torch.tensor(slopes, dtype=torch.float64, device=x.device).view(x.shape)


def _tape(f, x, check=lambda y: None):
    """Run f on a fresh leaf; return what came out and a function that pulls back to the leaf."""
    leaf = x.detach().clone().requires_grad_(True)
    y = f(leaf)
    check(y)

    def pull(out, upstream=None, **options):
        if not out.requires_grad:
            return torch.zeros(x.shape, dtype=x.dtype, device=x.device)
        (g,) = torch.autograd.grad(out, (leaf,), upstream, allow_unused=True, **options)
        return torch.zeros(x.shape, dtype=x.dtype, device=x.device) if g is None else g

    return y, pull


def gradient(f, x):
    if not torch.is_floating_point(x):
        raise ValueError("`x` has to be floating point")
    with torch.enable_grad():
        y, pull = _tape(f, x)
        return pull(y.sum())


def jacobian(f, x):
    if x.dim() != 1:
        raise ValueError("`x` has to have exactly one axis")

    def one_axis(y):
        if y.dim() != 1:
            raise ValueError("`f` has to return exactly one axis")

    with torch.enable_grad():
        y, pull = _tape(f, x, one_axis)
        J = torch.empty(y.shape[0], x.shape[0], dtype=x.dtype, device=x.device)
        for m in range(y.shape[0]):
            unit = torch.zeros_like(y).detach()
            unit[m] = 1
            J[m] = pull(y, unit, retain_graph=True)
    return J


def hessian_vector_product(f, x, v):
    if tuple(v.shape) != tuple(x.shape):
        raise ValueError("`v` has to have the shape of x")

    def no_axes(y):
        if y.dim() != 0:
            raise ValueError("`f` has to return a tensor without axes")

    with torch.enable_grad():
        y, pull = _tape(f, x, no_axes)
        slope = pull(y, create_graph=True)
        return pull(slope, v.detach())


def detached_product(x):
    with torch.no_grad():
        u = x * x
    return u * x


class ReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        mask = x > 0
        ctx.save_for_backward(mask)
        return x.masked_fill(~mask, 0.0)

    @staticmethod
    def backward(ctx, upstream):
        (mask,) = ctx.saved_tensors
        return upstream.masked_fill(~mask, 0.0)


class Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w, b):
        ctx.save_for_backward(x, w, b)
        y = torch.mm(x, w.t())
        return y if b is None else y.add_(b)

    @staticmethod
    def backward(ctx, upstream):
        x, w, _ = ctx.saved_tensors
        pulls = (lambda: upstream.mm(w), lambda: upstream.t().mm(x), lambda: upstream.sum(dim=0))
        return tuple(pull() if wanted else None for wanted, pull in zip(ctx.needs_input_grad, pulls))


class SoftmaxCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, labels):
        if labels.ndim != 1 or len(labels) != len(logits):
            raise ValueError("`labels` has to have shape (N,)")
        ctx.save_for_backward(logits, labels)
        top, _ = logits.max(dim=1)
        log_rest = (logits - top.unsqueeze(1)).exp().sum(dim=1).log()
        picked = logits[torch.arange(len(labels), device=logits.device), labels]
        return torch.mean(log_rest + (top - picked))

    @staticmethod
    def backward(ctx, upstream):
        logits, labels = ctx.saved_tensors
        top = logits.detach().max(dim=1, keepdim=True).values
        weights = torch.exp(logits - top)
        weights = weights / weights.sum(dim=1, keepdim=True)
        minus_one = torch.full_like(labels, -1).to(logits.dtype).unsqueeze(1)
        difference = weights.scatter_add(1, labels.unsqueeze(1), minus_one)
        return difference * upstream / logits.shape[0], None


def topological_order(root):
    # Kahn: a node is ready when as many parents came out as it has.
    nodes, parents_of, children_of = {id(root): root}, {}, {id(root): []}
    waiting = deque([root])
    while waiting:
        node = waiting.popleft()
        parents_of[id(node)] = node.parents
        for parent in parents_of[id(node)]:
            if id(parent) not in nodes:
                nodes[id(parent)] = parent
                children_of[id(parent)] = []
                waiting.append(parent)
            children_of[id(parent)].append(id(node))

    missing = {key: len(parents) for key, parents in parents_of.items()}
    ready = deque(key for key, count in missing.items() if count == 0)
    order = []
    while ready:
        key = ready.popleft()
        order.append(nodes[key])
        for child in children_of[key]:
            missing[child] -= 1
            if missing[child] == 0:
                ready.append(child)
    if len(order) < len(nodes):
        raise ValueError("no order: there is a cycle")
    return order


def _nothing(_):
    return ()


def _node(data, parents, pull):
    out = Value(data, parents)
    out._pull = pull
    return out


def _lift(a):
    return a if isinstance(a, Value) else Value(a)


class Value:
    def __init__(self, data, parents=()):
        self.data = float(data)
        self.grad = 0.0
        self.parents = parents
        self._pull = _nothing

    def __add__(self, other):
        other = _lift(other)
        return _node(self.data + other.data, (self, other), lambda u: (u, u))

    def __radd__(self, other):
        return _lift(other) + self

    def __neg__(self):
        return _node(-self.data, (self,), lambda u: (-u,))

    def __sub__(self, other):
        return self + (-_lift(other))

    def __rsub__(self, other):
        return _lift(other) + (-self)

    def __mul__(self, other):
        other = _lift(other)
        a, b = self.data, other.data
        return _node(a * b, (self, other), lambda u: (u * b, u * a))

    def __rmul__(self, other):
        return _lift(other) * self

    def __truediv__(self, other):
        return self * _lift(other) ** -1

    def __rtruediv__(self, other):
        return _lift(other) * self**-1

    def __pow__(self, exponent):
        if isinstance(exponent, Value):
            raise TypeError("`exponent` has to be an int or a float")
        a = self.data

        def pull(u):
            if exponent == 0:
                return (0.0,)
            if a == 0 and exponent < 1:
                return (u * math.inf,)
            return (u * exponent * a ** (exponent - 1),)

        return _node(a**exponent, (self,), pull)

    def exp(self):
        e = math.exp(self.data)
        return _node(e, (self,), lambda u: (u * e,))

    def log(self):
        a = self.data
        return _node(math.log(a), (self,), lambda u: (u / a,))

    def tanh(self):
        e = math.exp(-2 * abs(self.data))
        t = math.copysign((1 - e) / (1 + e), self.data)
        return _node(t, (self,), lambda u: (u * 4 * e / (1 + e) ** 2,))

    def relu(self):
        on = self.data > 0
        return _node(self.data if on else 0.0, (self,), lambda u: (u if on else 0.0,))

    def backward(self):
        order = topological_order(self)
        arrived = dict.fromkeys(map(id, order), 0.0)
        arrived[id(self)] = 1.0
        for node in reversed(order):
            for parent, part in zip(node.parents, node._pull(arrived[id(node)])):
                arrived[id(parent)] += part
        for node in order:
            node.grad += arrived[id(node)]


class TwoLayerGradients(NamedTuple):
    """The gradient of the loss with respect to each parameter, in the shape of that parameter."""

    w1: Tensor
    b1: Tensor
    w2: Tensor
    b2: Tensor


def two_layer_gradients(x, y, w1, b1, w2, b2):
    if y.shape != (x.shape[0], w2.shape[0]):
        raise ValueError("`y` has to have shape (N, K)")

    def affine(inputs, w, b):
        return inputs @ w.T + b, lambda u: (u @ w, u.T @ inputs, u.sum(0))

    def tanh(z):
        h = torch.tanh(z)
        return h, lambda u: u * (1 - h) * (1 + h)

    def square_error(out):
        return lambda: (out - y) * (2.0 / out.numel())

    with torch.no_grad():
        z, back_first = affine(x, w1, b1)
        h, back_tanh = tanh(z)
        out, back_second = affine(h, w2, b2)
        dh, dw2, db2 = back_second(square_error(out)())
        _, dw1, db1 = back_first(back_tanh(dh))
    return TwoLayerGradients(dw1, db1, dw2, db2)


def accumulated_gradients(loss_fn, params, batches):
    params = tuple(params)

    def part(batch):
        x, y = batch
        n = len(x)
        with torch.enable_grad():
            loss = loss_fn(x, y)
        if not params or not loss.requires_grad:
            return n, [torch.zeros_like(p).detach() for p in params]
        upstream = torch.full_like(loss, n).detach()
        grads = torch.autograd.grad(loss, params, upstream, allow_unused=True)
        return n, [torch.zeros_like(p).detach() if g is None else g for p, g in zip(params, grads)]

    def join(left, right):
        return left[0] + right[0], [a + b for a, b in zip(left[1], right[1])]

    count, sums = reduce(join, map(part, batches), (0, [torch.zeros_like(p).detach() for p in params]))
    if count == 0:
        raise ValueError("`batches` holds no batch")
    result = [s / count for s in sums]
    for p, g in zip(params, result):
        p.grad = g.detach().clone()
    return result


class LineFit(NamedTuple):
    """A fitted line, and the loss before each update."""

    w: Tensor
    b: Tensor
    losses: Tensor


def fit_line(x, y, lr, epochs):
    if tuple(x.shape) != tuple(y.shape):
        raise ValueError("`y` has to have the shape of x")
    xs, ys = x.detach(), y.detach()
    theta = [torch.zeros((), dtype=x.dtype, device=x.device).requires_grad_() for _ in range(2)]

    def epoch():
        with torch.enable_grad():
            w, b = theta
            loss = torch.mean((ys - b - w * xs) ** 2)
            loss.backward()
        with torch.no_grad():
            for t in theta:
                t.sub_(t.grad, alpha=lr)
                t.grad.zero_()
        return loss.detach()

    noted = [epoch() for _ in range(epochs)]
    losses = torch.stack(noted) if noted else torch.zeros(0, dtype=x.dtype, device=x.device)
    return LineFit(theta[0].detach().clone(), theta[1].detach().clone(), losses)


def clip_gradient_norm_(params, max_norm):
    if not max_norm > 0:
        raise ValueError("`max_norm` has to be positive")
    grads = [p.grad for p in params if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    with torch.no_grad():
        total = reduce(torch.add, (g.square().sum() for g in grads)).sqrt()
        if total.item() > max_norm:
            factor = max_norm / total
            list(map(lambda g: g.mul_(factor), grads))
    return total
