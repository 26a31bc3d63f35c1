import math
from collections import namedtuple

import numpy as np
import torch


def numerical_gradient(f, x, eps=1e-6):
    if x.dtype != torch.float64:
        raise ValueError("x has to be float64")
    base = x.detach().cpu().numpy().copy()
    out = np.zeros_like(base, order="C")
    for i in range(base.size):
        place = np.unravel_index(i, base.shape)
        plus, minus = base.copy(), base.copy()
        plus[place] += eps
        minus[place] -= eps
        ys = [float(f(torch.from_numpy(np.asarray(a)).to(x.device))) for a in (plus, minus)]
        out[place] = (ys[0] - ys[1]) / (2 * eps)
    return torch.from_numpy(out).to(x.device)


def with_graph(f, x):
    """f(x) and the copy of x that it was computed from; f may give back anything."""
    with torch.enable_grad():
        x = x.detach().clone().requires_grad_(True)
        return x, f(x)


def pull(y, x, upstream, **options):
    if not y.requires_grad:
        return torch.zeros_like(x, requires_grad=False)
    found = torch.autograd.grad([y], [x], [upstream], allow_unused=True, **options)[0]
    return torch.zeros_like(x, requires_grad=False) if found is None else found


def gradient(f, x):
    x, y = with_graph(f, x)
    return pull(y, x, torch.ones_like(y)).detach()


def jacobian(f, x):
    x, y = with_graph(f, x)
    m, d = y.shape[0], x.shape[0]
    out = torch.zeros((m, d), dtype=x.dtype, device=x.device)
    for row, e in zip(range(m), torch.from_numpy(np.eye(m)).to(y)):
        out[row, :] = pull(y, x, e, retain_graph=True)
    return out


def hessian_vector_product(f, x, v):
    x, y = with_graph(f, x)
    with torch.enable_grad():
        g = pull(y, x, torch.ones_like(y), create_graph=True)
        return pull(g, x, v.detach()).detach()


def detached_product(x):
    u = (x * x).detach()
    return torch.multiply(u, x)


class ReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x > 0, x, torch.zeros_like(x))

    @staticmethod
    def backward(ctx, upstream):
        x = ctx.saved_tensors[0]
        return torch.heaviside(x.detach(), torch.zeros((), dtype=x.dtype, device=x.device)) * upstream


class Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w, b):
        ctx.save_for_backward(x, w)
        y = torch.tensordot(x, w, dims=([1], [1]))
        if b is not None:
            y = y + b
        return y

    @staticmethod
    def backward(ctx, upstream):
        x, w = ctx.saved_tensors
        out = [None, None, None]
        if ctx.needs_input_grad[0]:
            out[0] = torch.tensordot(upstream, w, dims=([1], [0]))
        if ctx.needs_input_grad[1]:
            out[1] = torch.tensordot(upstream, x, dims=([0], [0]))
        if ctx.needs_input_grad[2]:
            out[2] = upstream.sum(axis=0)
        return tuple(out)


class SoftmaxCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, labels):
        ctx.save_for_backward(logits, labels)
        z = logits - logits.max(axis=1, keepdims=True).values
        log_p = z - torch.log(torch.exp(z).sum(axis=1, keepdims=True))
        rows = torch.arange(z.shape[0], device=z.device)
        return -log_p[rows, labels].mean()

    @staticmethod
    def backward(ctx, upstream):
        logits, labels = ctx.saved_tensors
        n = logits.shape[0]
        z = logits - logits.max(axis=1, keepdims=True).values
        p = torch.exp(z) / torch.exp(z).sum(axis=1, keepdims=True)
        truth = torch.eye(logits.shape[1], dtype=logits.dtype, device=logits.device)[labels]
        return (p - truth) / n * upstream, None


def topological_order(root):
    """First all nodes, then layer by layer those whose parents are all there."""
    nodes, numbers = [root], {id(root): 0}
    for node in nodes:  # grows while it is walked
        for parent in node.parents:
            if id(parent) not in numbers:
                numbers[id(parent)] = len(nodes)
                nodes.append(parent)
    children = [[] for _ in nodes]
    missing = np.zeros(len(nodes), dtype=int)
    for i, node in enumerate(nodes):
        for j in {numbers[id(parent)] for parent in node.parents}:
            children[j].append(i)
            missing[i] += 1
    order = list(np.flatnonzero(missing == 0))
    for j in order:
        for i in children[j]:
            missing[i] -= 1
            if missing[i] == 0:
                order.append(i)
    if len(order) != len(nodes):
        raise ValueError("the graph has a cycle")
    return [nodes[i] for i in order]


class Value:
    made = 0

    def __init__(self, data, parents=(), partials=()):
        self.data = float(data)
        self.grad = 0.0
        self.parents = tuple(parents)
        self.partials = np.asarray(partials, dtype=float)
        Value.made += 1
        self.number = Value.made  # a parent is always made before its child

    def __add__(self, other):
        other = value(other)
        return Value(self.data + other.data, [self, other], [1, 1])

    def __radd__(self, other):
        return value(other) + self

    def __neg__(self):
        return Value(-self.data, [self], [-1])

    def __sub__(self, other):
        return self + -value(other)

    def __rsub__(self, other):
        return value(other) - self

    def __mul__(self, other):
        other = value(other)
        return Value(self.data * other.data, [self, other], [other.data, self.data])

    def __rmul__(self, other):
        return value(other) * self

    def __truediv__(self, other):
        other = value(other)
        return Value(self.data / other.data, [self, other], [1 / other.data, -self.data / other.data**2])

    def __rtruediv__(self, other):
        return value(other) / self

    def __pow__(self, exponent):
        partial = exponent * self.data ** (exponent - 1) if exponent else 0
        return Value(self.data**exponent, [self], [partial])

    def exp(self):
        return Value(np.exp(self.data), [self], [np.exp(self.data)])

    def log(self):
        return Value(np.log(self.data), [self], [1 / self.data])

    def tanh(self):
        return Value(np.tanh(self.data), [self], [1 - np.tanh(self.data) ** 2])

    def relu(self):
        return Value(np.maximum(self.data, 0), [self], [np.heaviside(self.data, 0)])

    def backward(self):
        nodes = {id(self): self}
        todo = [self]
        while todo:
            for parent in todo.pop().parents:
                if id(parent) not in nodes:
                    nodes[id(parent)] = parent
                    todo.append(parent)
        flow = dict.fromkeys(nodes, 0.0)
        flow[id(self)] = 1.0
        for node in sorted(nodes.values(), key=lambda node: -node.number):
            node.grad += flow[id(node)]
            for parent, share in zip(node.parents, node.partials * flow[id(node)]):
                flow[id(parent)] += float(share)


def value(number):
    return number if isinstance(number, Value) else Value(number)


TwoLayerGradients = namedtuple("TwoLayerGradients", ["w1", "b1", "w2", "b2"])


def two_layer_gradients(x, y, w1, b1, w2, b2):
    x, y, w1, b1, w2, b2 = (a.detach() for a in (x, y, w1, b1, w2, b2))
    out = TwoLayerGradients(*(torch.zeros_like(a) for a in (w1, b1, w2, b2)))
    n, k = y.shape
    for sample, target in zip(x, y):
        h = torch.tanh(w1 @ sample + b1)
        error = 2 * (w2 @ h + b2 - target) / (n * k)
        back = (error @ w2) * (1 - h * h)
        out.w2.add_(torch.outer(error, h))
        out.b2.add_(error)
        out.w1.add_(torch.outer(back, sample))
        out.b1.add_(back)
    return out


def accumulated_gradients(loss_fn, params, batches):
    params = list(params)
    sizes, sums = [], [torch.zeros_like(p, requires_grad=False) for p in params]
    for x, y in batches:
        sizes.append(x.shape[0])
        loss = loss_fn(x, y) * x.shape[0]
        if loss.requires_grad:
            for total, g in zip(sums, torch.autograd.grad(loss, params, allow_unused=True)):
                if g is not None:
                    total += g
    for p, total in zip(params, sums):
        total /= float(np.sum(sizes))
        p.grad = total.clone()
    return sums


LineFit = namedtuple("LineFit", ["w", "b", "losses"])


def fit_line(x, y, lr, epochs):
    if tuple(y.shape) != tuple(x.shape):
        raise ValueError("y has to have the shape of x")
    x, y = x.detach(), y.detach()
    theta = torch.zeros(2, dtype=x.dtype, device=x.device, requires_grad=True)  # w, b
    losses = torch.zeros(epochs, dtype=x.dtype, device=x.device)
    for epoch in range(epochs):
        with torch.enable_grad():
            loss = torch.mean((theta[0] * x + theta[1] - y) ** 2)
        losses[epoch] = loss.detach()
        step = torch.autograd.grad(loss, theta)[0]
        with torch.no_grad():
            theta -= lr * step
    w, b = theta.detach()
    return LineFit(w, b, losses)


def clip_gradient_norm_(params, max_norm):
    grads = [p.grad for p in params if p.grad is not None]
    if len(grads) == 0:
        return torch.tensor(0.0)
    with torch.no_grad():
        total = torch.sqrt(sum((g * g).sum() for g in grads))
        for g in grads:
            g[...] = torch.where(total > max_norm, g * (max_norm / total), g)
    return total
