import math
from typing import NamedTuple

import torch
from torch import Tensor


class TwoLayerGradients(NamedTuple):
    """The gradient of the loss with respect to each parameter, in the shape of that parameter."""

    w1: Tensor
    b1: Tensor
    w2: Tensor
    b2: Tensor


class LineFit(NamedTuple):
    """A fitted line, and the loss before each update."""

    w: Tensor
    b: Tensor
    losses: Tensor


def numerical_gradient(f, x, eps=1e-6):
    if x.dtype != torch.float64:
        raise ValueError(f"x: float64 needed, not {x.dtype}")
    x0 = x.detach()
    steps = (eps * torch.eye(x.numel(), dtype=x.dtype, device=x.device)).reshape(x.numel(), *x.shape)
    return x0.new_tensor([f(x0 + s).item() - f(x0 - s).item() for s in steps]).reshape(x.shape) / (2 * eps)


def _leaf(x):
    return x.detach().clone().requires_grad_()


def _grad(y, leaf, **kw):
    if not y.requires_grad:
        return torch.zeros_like(leaf, requires_grad=False)
    return torch.autograd.grad(y, leaf, allow_unused=True, materialize_grads=True, **kw)[0]


@torch.enable_grad()
def gradient(f, x):
    if not x.is_floating_point():
        raise ValueError(f"x: floating point needed, not {x.dtype}")
    leaf = _leaf(x)
    return _grad(f(leaf).sum(), leaf)


@torch.enable_grad()
def jacobian(f, x):
    if x.ndim != 1:
        raise ValueError("x: exactly one axis needed")
    leaf = _leaf(x)
    y = f(leaf)
    if y.ndim != 1:
        raise ValueError("f: must return exactly one axis")
    if not len(y):
        return x.new_zeros(0, len(x))
    return torch.stack([_grad(yi, leaf, retain_graph=True) for yi in y])


@torch.enable_grad()
def hessian_vector_product(f, x, v):
    if v.shape != x.shape:
        raise ValueError("v: shape differs from x")
    leaf = _leaf(x)
    y = f(leaf)
    if y.ndim:
        raise ValueError("f: must return a tensor without axes")
    return _grad(_grad(y, leaf, create_graph=True), leaf, grad_outputs=v.detach())


def detached_product(x):
    return x.detach().square() * x


class ReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = x.clamp(min=0)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, upstream):
        y, = ctx.saved_tensors
        return upstream.masked_fill(y <= 0, 0)


class Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w, b):
        ctx.save_for_backward(x, w)
        return x @ w.mT if b is None else torch.addmm(b, x, w.mT)

    @staticmethod
    def backward(ctx, upstream):
        x, w = ctx.saved_tensors
        i, j, k = ctx.needs_input_grad
        return upstream @ w if i else None, upstream.mT @ x if j else None, upstream.sum(0) if k else None


class SoftmaxCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, labels):
        if labels.shape != logits.shape[:1]:
            raise ValueError("labels: shape (N,) needed")
        ctx.save_for_backward(logits, labels)
        z = logits - logits.amax(1, keepdim=True)
        return (z.exp().sum(1).log() - z.gather(1, labels[:, None])[:, 0]).mean()

    @staticmethod
    def backward(ctx, upstream):
        logits, labels = ctx.saved_tensors
        e = (logits - logits.amax(1, keepdim=True)).exp()
        hot = torch.nn.functional.one_hot(labels, logits.shape[1])
        return upstream / len(labels) * (e / e.sum(1, keepdim=True) - hot), None


def topological_order(root):
    order, state, path = [], {id(root): 1}, [(root, iter(root.parents))]
    while path:
        node, it = path[-1]
        for p in it:
            s = state.get(id(p), 0)
            if s == 1:
                raise ValueError("cycle in the graph")
            if s == 0:
                state[id(p)] = 1
                path.append((p, iter(p.parents)))
                break
        else:
            path.pop()
            state[id(node)] = 2
            order.append(node)
    return order


class Value:
    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents, self._d = float(data), 0.0, parents, ()

    def _op(self, data, *pairs):
        out = Value(data, tuple(p for p, _ in pairs))
        out._d = tuple(d for _, d in pairs)
        return out

    def __add__(self, o):
        o = _v(o)
        return self._op(self.data + o.data, (self, 1.0), (o, 1.0))

    def __mul__(self, o):
        o = _v(o)
        return self._op(self.data * o.data, (self, o.data), (o, self.data))

    def __truediv__(self, o):
        o = _v(o)
        return self._op(self.data / o.data, (self, 1 / o.data), (o, -self.data / o.data**2))

    def __pow__(self, exponent):
        if isinstance(exponent, Value):
            raise TypeError("exponent: a plain number needed")
        a, n = self.data, exponent
        return self._op(a**n, (self, 0.0 if n == 0 else math.inf if a == 0 and n < 1 else n * a ** (n - 1)))

    __radd__ = __add__
    __rmul__ = __mul__
    __neg__ = lambda self: self * -1
    __sub__ = lambda self, o: self + -_v(o)
    __rsub__ = lambda self, o: _v(o) - self
    __rtruediv__ = lambda self, o: _v(o) / self

    def exp(self):
        e = math.exp(self.data)
        return self._op(e, (self, e))

    def log(self):
        return self._op(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        t = math.tanh(self.data)
        return self._op(t, (self, 1 - t * t))

    def relu(self):
        return self._op(max(self.data, 0.0), (self, float(self.data > 0)))

    def backward(self):
        got = {id(self): 1.0}
        for v in reversed(topological_order(self)):
            u = got.pop(id(v))
            v.grad += u
            for p, d in zip(v.parents, v._d):
                got[id(p)] = got.get(id(p), 0.0) + u * d


def _v(a):
    return a if isinstance(a, Value) else Value(a)


@torch.no_grad()
def two_layer_gradients(x, y, w1, b1, w2, b2):
    if y.shape != (len(x), len(w2)):
        raise ValueError("y: shape (N, K) needed")
    h = torch.tanh(x @ w1.mT + b1)
    u = (h @ w2.mT + b2 - y) * 2 / y.numel()
    v = u @ w2 * (1 - h.square())
    return TwoLayerGradients(v.mT @ x, v.sum(0), u.mT @ h, u.sum(0))


def accumulated_gradients(loss_fn, params, batches):
    params = list(params)
    old, n = [p.grad for p in params], 0
    try:
        for p in params:
            p.grad = None
        for x, y in batches:
            with torch.enable_grad():
                loss = loss_fn(x, y) * len(x)
            if params and loss.requires_grad:
                loss.backward(inputs=params)
            n += len(x)
        if not n:
            raise ValueError("batches: none given")
    except BaseException:
        for p, g in zip(params, old):
            p.grad = g
        raise
    out = [torch.zeros_like(p, requires_grad=False) if p.grad is None else p.grad / n for p in params]
    for p, g in zip(params, out):
        p.grad = g.clone()
    return out


def fit_line(x, y, lr, epochs):
    if y.shape != x.shape:
        raise ValueError("y: shape differs from x")
    x, y = x.detach(), y.detach()
    w, b = (x.new_zeros(()).requires_grad_() for _ in "wb")
    losses = x.new_empty(epochs)
    for i in range(epochs):
        with torch.enable_grad():
            loss = (w * x + b - y).square().mean()
        loss.backward()
        with torch.no_grad():
            losses[i] = loss
            for p in (w, b):
                p -= lr * p.grad
                p.grad = None
    return LineFit(w.detach(), b.detach(), losses)


@torch.no_grad()
def clip_gradient_norm_(params, max_norm):
    if not max_norm > 0:
        raise ValueError("max_norm: must be positive")
    gs = [p.grad for p in params if p.grad is not None]
    if not gs:
        return torch.tensor(0.0)
    total = torch.cat([g.reshape(-1) for g in gs]).norm()
    if total > max_norm:
        for g in gs:
            g *= max_norm / total
    return total


class DecayFit(NamedTuple):
    a: Tensor
    k: Tensor
    losses: Tensor


def fix_fit_decay(x, y, strength, lr, epochs):
    p, seen, losses = x.new_ones(2), [], []
    for _ in range(epochs):
        q = p.clone().requires_grad_()
        loss = (q[0] * (-q[1] * x).exp() - y).square().mean() + strength * q[1] ** 2
        seen, losses = [*seen, p], [*losses, loss.detach()]
        p = p - lr * torch.autograd.grad(loss, q)[0]
    losses = torch.stack(losses)
    best = seen[min(range(epochs), key=losses.tolist().__getitem__)]
    return DecayFit(best[0], best[1], losses)


def fix_hardest_inputs(model, x, labels, radius, lr, steps):
    x0 = z = x.detach().clone()
    for _ in range(steps):
        with torch.enable_grad():
            q = z.detach().clone().requires_grad_()
            (g,) = torch.autograd.grad(torch.nn.functional.cross_entropy(model(q), labels), q)
        z = (z + lr * g.sign()).clamp(x0 - radius, x0 + radius)
    return z
