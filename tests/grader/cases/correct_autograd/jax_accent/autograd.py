import math
from functools import partial, reduce
from typing import NamedTuple

import torch
from torch.func import grad, vjp


def numerical_gradient(f, x, eps=1e-6):
    if x.dtype is not torch.float64:
        raise ValueError(f"x is {x.dtype}")
    start = x.detach()
    basis = torch.eye(x.numel(), dtype=x.dtype, device=x.device)

    def along(direction):
        step = eps * direction.reshape(x.shape)
        ahead = f(start + step).item()
        behind = f(start - step).item()
        return (ahead - behind) / (2 * eps)

    return torch.tensor([along(e) for e in basis], dtype=x.dtype, device=x.device).reshape(x.shape)


def gradient(f, x):
    value, pull = vjp(f, x.detach().clone())
    (g,) = pull(torch.ones_like(value))
    return g.detach()


def jacobian(f, x):
    value, pull = vjp(f, x.detach().clone())
    rows = [pull(e)[0] for e in torch.eye(len(value), dtype=value.dtype, device=value.device)]
    return torch.stack(rows).detach() if rows else x.new_zeros(0, len(x)).detach()


def hessian_vector_product(f, x, v):
    v = v.detach()
    slope = lambda x: (grad(f)(x) * v).sum()
    return grad(slope)(x.detach().clone()).detach()


def stop_gradient(x):
    return x.detach()


def detached_product(x):
    return stop_gradient(x * x) * x


class ReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.maximum(x, torch.zeros_like(x))

    @staticmethod
    def backward(ctx, upstream):
        (x,) = ctx.saved_tensors
        return torch.where(x > 0, upstream, torch.zeros_like(upstream))


class Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w, b):
        ctx.save_for_backward(x, w)
        y = torch.einsum("nd,kd->nk", x, w)
        return y if b is None else y + b

    @staticmethod
    def backward(ctx, upstream):
        x, w = ctx.saved_tensors
        rules = (
            lambda: torch.einsum("nk,kd->nd", upstream, w),
            lambda: torch.einsum("nk,nd->kd", upstream, x),
            lambda: torch.einsum("nk->k", upstream),
        )
        return tuple(rule() if needed else None for rule, needed in zip(rules, ctx.needs_input_grad))


def one_hot(labels, like):
    return (labels[:, None] == torch.arange(like.shape[1], device=like.device)).to(like.dtype)


class SoftmaxCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, labels):
        ctx.save_for_backward(logits, labels)
        right = torch.take_along_dim(logits, labels[:, None], 1)
        top = logits.amax(1, keepdim=True)
        return (torch.exp(logits - top).sum(1).log() + (top - right)[:, 0]).mean()

    @staticmethod
    def backward(ctx, upstream):
        logits, labels = ctx.saved_tensors
        e = torch.exp(logits - logits.amax(1, keepdim=True))
        p = e * e.sum(1, keepdim=True).reciprocal()
        return upstream / len(labels) * (p - one_hot(labels, logits)), None


def topological_order(root):
    """Depth-first, with a stack of iterators."""
    OPEN, DONE = 1, 2
    state, order = {id(root): OPEN}, []
    stack = [(root, iter(root.parents))]
    while stack:
        node, parents = stack[-1]
        parent = next(parents, None)
        if parent is None:
            state[id(node)] = DONE
            order.append(node)
            stack.pop()
        elif state.get(id(parent)) == OPEN:
            raise ValueError("cycle: a node is its own ancestor")
        elif id(parent) not in state:
            state[id(parent)] = OPEN
            stack.append((parent, iter(parent.parents)))
    return order


# primitives: name -> (value, and for each argument its derivative from all arguments)
PRIMITIVES = {
    "add": (lambda a, b: a + b, lambda a, b: (1.0, 1.0)),
    "sub": (lambda a, b: a - b, lambda a, b: (1.0, -1.0)),
    "mul": (lambda a, b: a * b, lambda a, b: (b, a)),
    "div": (lambda a, b: a / b, lambda a, b: (1 / b, -a / (b * b))),
    "neg": (lambda a: -a, lambda a: (-1.0,)),
    "exp": (math.exp, lambda a: (math.exp(a),)),
    "log": (math.log, lambda a: (1 / a,)),
    "tanh": (math.tanh, lambda a: (1 - math.tanh(a) ** 2,)),
    "relu": (lambda a: max(a, 0.0), lambda a: (float(a > 0),)),
}


def bind(primitive, *args):
    args = tuple(arg if isinstance(arg, Value) else Value(arg) for arg in args)
    value, derivatives = PRIMITIVES[primitive] if isinstance(primitive, str) else primitive
    data = [arg.data for arg in args]
    out = Value(value(*data), args)
    out.derivatives = partial(derivatives, *data)
    return out


class Value:
    derivatives = staticmethod(lambda: ())

    def __init__(self, data, parents=()):
        self.data = float(data)
        self.grad = 0.0
        self.parents = parents

    def __add__(self, other):
        return bind("add", self, other)

    def __radd__(self, other):
        return bind("add", other, self)

    def __neg__(self):
        return bind("neg", self)

    def __sub__(self, other):
        return bind("sub", self, other)

    def __rsub__(self, other):
        return bind("sub", other, self)

    def __mul__(self, other):
        return bind("mul", self, other)

    def __rmul__(self, other):
        return bind("mul", other, self)

    def __truediv__(self, other):
        return bind("div", self, other)

    def __rtruediv__(self, other):
        return bind("div", other, self)

    def __pow__(self, exponent):
        n = exponent
        return bind((lambda a: a**n, lambda a: (n * a ** (n - 1) if n else 0.0,)), self)

    def exp(self):
        return bind("exp", self)

    def log(self):
        return bind("log", self)

    def tanh(self):
        return bind("tanh", self)

    def relu(self):
        return bind("relu", self)

    def backward(self):
        order = topological_order(self)
        place = {id(node): number for number, node in enumerate(order)}
        cotangents = [0.0] * len(order)
        cotangents[-1] = 1.0
        for number in range(len(order) - 1, -1, -1):
            node = order[number]
            node.grad += cotangents[number]
            for parent, derivative in zip(node.parents, node.derivatives()):
                cotangents[place[id(parent)]] += derivative * cotangents[number]


class TwoLayerGradients(NamedTuple):
    w1: torch.Tensor
    b1: torch.Tensor
    w2: torch.Tensor
    b2: torch.Tensor


def two_layer_gradients(x, y, w1, b1, w2, b2):
    """Each layer gives its output and a function that pulls a cotangent back."""
    x, y, w1, b1, w2, b2 = map(stop_gradient, (x, y, w1, b1, w2, b2))

    def dense(x, w, b):
        return x @ w.T + b, lambda ct: (ct @ w, ct.T @ x, ct.sum(0))

    def tanh(a):
        t = torch.tanh(a)
        return t, lambda ct: ct * (1 - t * t)

    a, pull_first = dense(x, w1, b1)
    h, pull_tanh = tanh(a)
    out, pull_second = dense(h, w2, b2)
    ct_h, g_w2, g_b2 = pull_second(2 * (out - y) / out.numel())
    _, g_w1, g_b1 = pull_first(pull_tanh(ct_h))
    return TwoLayerGradients(w1=g_w1, b1=g_b1, w2=g_w2, b2=g_b2)


def accumulated_gradients(loss_fn, params, batches):
    params = tuple(params)

    def step(carry, batch):
        sums, count = carry
        x, y = batch
        loss = loss_fn(x, y)
        if loss.requires_grad:
            grads = torch.autograd.grad(loss, params, allow_unused=True, materialize_grads=True)
            sums = [s + len(x) * g for s, g in zip(sums, grads)]
        return sums, count + len(x)

    sums, count = reduce(step, batches, ([torch.zeros_like(p).detach() for p in params], 0))
    found = [(s / count).detach() for s in sums]
    for p, g in zip(params, found):
        p.grad = g.clone()
    return found


class LineFit(NamedTuple):
    w: torch.Tensor
    b: torch.Tensor
    losses: torch.Tensor


def fit_line(x, y, lr, epochs):
    if y.shape != (x.shape[0],):
        raise ValueError(f"y: {tuple(y.shape)}")
    x, y = x.detach(), y.detach()
    params = [torch.zeros((), dtype=x.dtype, device=x.device, requires_grad=True) for _ in "wb"]
    losses = x.new_empty(epochs)
    with torch.enable_grad():
        for epoch in range(epochs):
            w, b = params
            loss = torch.square(w * x + b - y).mean()
            updates = torch.autograd.grad(loss, params)
            with torch.no_grad():
                losses[epoch] = loss
                for p, g in zip(params, updates):
                    p.sub_(lr * g)
    return LineFit(*map(stop_gradient, params), losses)


def clip_gradient_norm_(params, max_norm):
    grads = [p.grad for p in params if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    with torch.no_grad():
        total = torch.concatenate([g.ravel() for g in grads]).square().sum().sqrt()
        if total > max_norm:
            for g in grads:
                g *= max_norm / total
    return total


def check_relu(relu):
    """Primal, pullback, and the pullback of the pullback, at a handful of points."""
    primal = torch.tensor([-4.0, -0.5, 0.0, 0.5, 8.0], dtype=torch.float64)
    cotangent = torch.tensor([1.0, -1.0, -2.0, -3.0, 5.0], dtype=torch.float64)
    at, ct = primal.clone().requires_grad_(), cotangent.clone()
    out = relu(at)
    assert out.requires_grad
    pullback = partial(torch.autograd.grad, out, at, retain_graph=True)
    assert out.dtype is primal.dtype
    assert torch.equal(out, primal * (primal > 0))
    (tangent,) = pullback(ct)
    assert torch.equal(tangent, cotangent * (primal > 0))
    assert torch.equal(at, primal) and torch.equal(ct, cotangent)

    (first,) = torch.autograd.grad((relu(at) ** 2).sum(), at, create_graph=True)
    assert first.requires_grad
    (second,) = torch.autograd.grad(first.sum(), at)
    assert torch.equal(second, 2.0 * (primal > 0))
