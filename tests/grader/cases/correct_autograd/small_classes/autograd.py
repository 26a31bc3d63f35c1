import math
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx


class _Point:
    """A private copy of x of which one entry at a time can be moved."""

    def __init__(self, x: Tensor) -> None:
        self.tensor = x.detach().contiguous().clone()
        self.entries = self.tensor.view(-1)

    @contextmanager
    def moved(self, i: int, by: float):
        kept = self.entries[i].clone()
        self.entries[i] = kept + by
        yield self.tensor
        self.entries[i] = kept


def numerical_gradient(f: Callable[[Tensor], Tensor], x: Tensor, eps: float = 1e-6) -> Tensor:
    if x.dtype != torch.float64:
        raise ValueError(f"numerical_gradient needs x in float64, not in {x.dtype}")
    point = _Point(x)
    g = torch.empty(x.numel(), dtype=x.dtype, device=x.device)
    for i in reversed(range(x.numel())):
        with point.moved(i, +eps) as there:
            right = f(there).detach().clone()
        with point.moved(i, -eps) as there:
            left = f(there).detach().clone()
        g[i] = (right - left) / (2 * eps)
    return g.reshape(x.shape)


class _Recorded:
    """f at a leaf of its own, together with the graph that led there."""

    def __init__(self, f: Callable[[Tensor], Tensor], x: Tensor) -> None:
        self.leaf = x.detach().requires_grad_()
        self.value = f(self.leaf)

    def zeros(self) -> Tensor:
        return torch.zeros(self.leaf.shape, dtype=self.leaf.dtype, device=self.leaf.device)

    def slope_of(self, y: Tensor, **options) -> Tensor:
        if not y.requires_grad:
            return self.zeros()
        return torch.autograd.grad(y, self.leaf, allow_unused=True, materialize_grads=True, **options)[0]


def gradient(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    if not x.dtype.is_floating_point:
        raise ValueError(f"gradient needs a floating point x, not {x.dtype}")
    with torch.enable_grad():
        record = _Recorded(f, x)
        if not record.value.requires_grad:
            return record.zeros()
        return record.slope_of(record.value, grad_outputs=torch.ones_like(record.value))


def jacobian(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    if x.ndim != 1:
        raise ValueError(f"jacobian needs x with one axis, not {x.ndim}")
    with torch.enable_grad():
        record = _Recorded(f, x)
        if record.value.ndim != 1:
            raise ValueError(f"f returned {record.value.ndim} axes, not one")
        rows = [record.slope_of(y, retain_graph=True) for y in record.value.unbind()]
    return torch.cat([row.reshape(1, -1) for row in rows]) if rows else x.detach().new_zeros((0, x.shape[0]))


def hessian_vector_product(f: Callable[[Tensor], Tensor], x: Tensor, v: Tensor) -> Tensor:
    if v.shape != x.shape:
        raise ValueError(f"v has shape {tuple(v.shape)}, not that of x, {tuple(x.shape)}")
    with torch.enable_grad():
        record = _Recorded(f, x)
        if record.value.ndim != 0:
            raise ValueError("f must return a tensor without axes")
        along = torch.sum(record.slope_of(record.value, create_graph=True) * v.detach())
        return record.slope_of(along)


def detached_product(x: Tensor) -> Tensor:
    constant = (x**2).detach()
    return torch.mul(x, constant)


class ReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return torch.maximum(x, torch.zeros((), dtype=x.dtype, device=x.device))

    @staticmethod
    def backward(ctx: FunctionCtx, upstream: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return torch.where(x > 0, upstream, 0.0)


class Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, w: Tensor, b: Tensor | None) -> Tensor:
        # dx needs w, dw needs x
        ctx.save_for_backward(x if ctx.needs_input_grad[1] else None, w if ctx.needs_input_grad[0] else None)
        y = torch.matmul(x, w.transpose(0, 1))
        if b is not None:
            y += b
        return y

    @staticmethod
    def backward(ctx: FunctionCtx, upstream: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        x, w = ctx.saved_tensors
        dx = torch.matmul(upstream, w) if ctx.needs_input_grad[0] else None
        dw = torch.matmul(upstream.transpose(0, 1), x) if ctx.needs_input_grad[1] else None
        db = torch.sum(upstream, dim=0) if ctx.needs_input_grad[2] else None
        return dx, dw, db


class _Scores:
    def __init__(self, logits: Tensor, labels: Tensor) -> None:
        self.shifted = logits - logits.detach().amax(dim=-1, keepdim=True)
        self.labels = labels.unsqueeze(-1)
        self.weights = self.shifted.exp()
        self.norm = self.weights.sum(dim=-1, keepdim=True)

    def loss(self) -> Tensor:
        return (self.norm.log() - self.shifted.gather(-1, self.labels)).sum() / len(self.labels)

    def slope(self) -> Tensor:
        one_hot = torch.zeros_like(self.shifted).scatter_(-1, self.labels, 1.0)
        return (self.weights / self.norm - one_hot) / len(self.labels)


class SoftmaxCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx: FunctionCtx, logits: Tensor, labels: Tensor) -> Tensor:
        if labels.shape != (logits.shape[0],):
            raise ValueError(f"labels has shape {tuple(labels.shape)}, not ({logits.shape[0]},)")
        ctx.save_for_backward(logits, labels)
        return _Scores(logits, labels).loss()

    @staticmethod
    def backward(ctx: FunctionCtx, upstream: Tensor) -> tuple[Tensor, None]:
        return upstream * _Scores(*ctx.saved_tensors).slope(), None


class _Walk:
    def __init__(self) -> None:
        self.order = []
        self.on_the_way = set()
        self.finished = set()
        self.todo = []

    def enter(self, node) -> None:
        if id(node) in self.finished:
            return
        if id(node) in self.on_the_way:
            raise ValueError("a node is reached from itself: cycle")
        self.on_the_way.add(id(node))
        self.todo.append((self.leave, node))
        self.todo.extend((self.enter, parent) for parent in node.parents)

    def leave(self, node) -> None:
        self.on_the_way.remove(id(node))
        self.finished.add(id(node))
        self.order.append(node)

    def run(self, root) -> list:
        self.todo.append((self.enter, root))
        while self.todo:
            step, node = self.todo.pop()
            step(node)
        return self.order


def topological_order(root: "Value") -> list["Value"]:
    return _Walk().run(root)


@dataclass
class _Rule:
    """The local slopes of an operation, in the order of its operands."""

    slopes: tuple = field(default=())

    def share(self, upstream):
        return (upstream * slope for slope in self.slopes)


class Value:
    __slots__ = ("data", "grad", "parents", "_rule")

    def __init__(self, data: float, parents: tuple["Value", ...] = ()) -> None:
        self.data = float(data)
        self.grad = 0.0
        self.parents = tuple(parents)
        self._rule = _Rule()

    def __repr__(self) -> str:
        return f"Value({self.data})"

    def _derive(self, data: float, *slopes: float, other: "Value | None" = None) -> "Value":
        result = Value(data, (self,) if other is None else (self, other))
        result._rule = _Rule(slopes)
        return result

    def __add__(self, other: "Value | float") -> "Value":
        if isinstance(other, (int, float)):
            return self._derive(self.data + other, 1.0)
        if isinstance(other, Value):
            return self._derive(self.data + other.data, 1.0, 1.0, other=other)
        return NotImplemented

    def __radd__(self, other: float) -> "Value":
        return self.__add__(other)

    def __neg__(self) -> "Value":
        return self._derive(-self.data, -1.0)

    def __sub__(self, other: "Value | float") -> "Value":
        if isinstance(other, (int, float)):
            return self._derive(self.data - other, 1.0)
        if isinstance(other, Value):
            return self._derive(self.data - other.data, 1.0, -1.0, other=other)
        return NotImplemented

    def __rsub__(self, other: float) -> "Value":
        if isinstance(other, (int, float)):
            return self._derive(other - self.data, -1.0)
        return NotImplemented

    def __mul__(self, other: "Value | float") -> "Value":
        if isinstance(other, (int, float)):
            return self._derive(self.data * other, float(other))
        if isinstance(other, Value):
            return self._derive(self.data * other.data, other.data, self.data, other=other)
        return NotImplemented

    def __rmul__(self, other: float) -> "Value":
        return self.__mul__(other)

    def __truediv__(self, other: "Value | float") -> "Value":
        if isinstance(other, (int, float)):
            return self._derive(self.data / other, 1.0 / other)
        if isinstance(other, Value):
            quotient = self.data / other.data
            return self._derive(quotient, 1.0 / other.data, -quotient / other.data, other=other)
        return NotImplemented

    def __rtruediv__(self, other: float) -> "Value":
        if isinstance(other, (int, float)):
            quotient = other / self.data
            return self._derive(quotient, -quotient / self.data)
        return NotImplemented

    def __pow__(self, exponent: float) -> "Value":
        if not isinstance(exponent, (int, float)):
            raise TypeError(f"exponent must be an int or a float, not {type(exponent).__name__}")
        power = self.data**exponent
        if exponent in (0, 1):
            return self._derive(power, float(exponent))
        if self.data == 0.0:
            return self._derive(power, 0.0 if exponent > 1 else math.inf)
        return self._derive(power, exponent * self.data ** (exponent - 1))

    def exp(self) -> "Value":
        e = math.exp(self.data)
        return self._derive(e, e)

    def log(self) -> "Value":
        return self._derive(math.log(self.data), 1.0 / self.data)

    def tanh(self) -> "Value":
        t = math.tanh(self.data)
        return self._derive(t, (1.0 - t) * (1.0 + t))

    def relu(self) -> "Value":
        return self._derive(self.data, 1.0) if self.data > 0 else self._derive(0.0, 0.0)

    def backward(self) -> None:
        post = {id(self): 1.0}
        order = topological_order(self)
        while order:
            node = order.pop()
            letter = post[id(node)]
            node.grad += letter
            for parent, part in zip(node.parents, node._rule.share(letter)):
                post[id(parent)] = post.get(id(parent), 0.0) + part


class TwoLayerGradients(NamedTuple):
    """The gradient of the loss with respect to each parameter, in the shape of that parameter."""

    w1: Tensor
    b1: Tensor
    w2: Tensor
    b2: Tensor


class _Affine:
    def __init__(self, w: Tensor, b: Tensor) -> None:
        self.w, self.b = w.detach(), b.detach()

    def forward(self, x: Tensor) -> Tensor:
        self.x = x
        return torch.mm(x, self.w.t()) + self.b

    def backward(self, u: Tensor) -> Tensor:
        self.dw = torch.mm(u.t(), self.x)
        self.db = u.sum(dim=0)
        return torch.mm(u, self.w)


def two_layer_gradients(
    x: Tensor, y: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor
) -> TwoLayerGradients:
    if y.shape != (x.shape[0], w2.shape[0]):
        raise ValueError(f"y has shape {tuple(y.shape)}, not {(x.shape[0], w2.shape[0])}")
    first, second = _Affine(w1, b1), _Affine(w2, b2)
    h = torch.tanh(first.forward(x.detach()))
    error = second.forward(h) - y.detach()
    dh = second.backward(error.mul(2).div(error.numel()))
    first.backward(dh - dh * h**2)
    return TwoLayerGradients(first.dw, first.db, second.dw, second.db)


class _Tally:
    """The sum of gradients, each times the number of samples behind it."""

    def __init__(self, params: list[Tensor]) -> None:
        self.sums = [torch.zeros_like(p, requires_grad=False) for p in params]
        self.samples = 0

    def update(self, grads: Iterable[Tensor], n: int) -> None:
        self.samples += n
        for total, grad in zip(self.sums, grads):
            total.add_(grad, alpha=n)

    def means(self) -> list[Tensor]:
        return [total.div(self.samples) for total in self.sums]


def accumulated_gradients(
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    params: Iterable[Tensor],
    batches: Iterable[tuple[Tensor, Tensor]],
) -> list[Tensor]:
    params = [*params]
    tally = _Tally(params)
    for x, y in batches:
        with torch.enable_grad():
            loss = loss_fn(x, y)
        if params and loss.requires_grad:
            grads = torch.autograd.grad(loss, params, allow_unused=True, materialize_grads=True)
        else:
            grads = []
        tally.update(grads, x.shape[0])
    if tally.samples == 0:
        raise ValueError("batches is empty")
    for p, mean in zip(params, tally.means()):
        p.grad = mean
    return tally.means()


class LineFit(NamedTuple):
    """A fitted line, and the loss before each update."""

    w: Tensor
    b: Tensor
    losses: Tensor


class _Line:
    def __init__(self, like: Tensor) -> None:
        self.w = torch.zeros([], dtype=like.dtype, device=like.device, requires_grad=True)
        self.b = torch.zeros([], dtype=like.dtype, device=like.device, requires_grad=True)

    def __call__(self, x: Tensor) -> Tensor:
        return self.w * x + self.b

    @torch.no_grad()
    def step(self, lr: float) -> None:
        for p in (self.w, self.b):
            p.sub_(lr * p.grad)

    def zero_grad(self) -> None:
        self.w.grad = self.b.grad = None


def fit_line(x: Tensor, y: Tensor, lr: float, epochs: int) -> LineFit:
    if x.shape != y.shape:
        raise ValueError(f"y has shape {tuple(y.shape)}, x has {tuple(x.shape)}")
    x, y = x.detach(), y.detach()
    line, losses = _Line(x), []
    with torch.enable_grad():
        for _ in range(epochs):
            line.zero_grad()
            loss = (line(x) - y).pow(2).mean()
            losses.append(loss.item())
            loss.backward()
            line.step(lr)
    return LineFit(line.w.detach(), line.b.detach(), torch.tensor(losses, dtype=x.dtype, device=x.device))


def clip_gradient_norm_(params: Iterable[Tensor], max_norm: float) -> Tensor:
    if not max_norm > 0:
        raise ValueError(f"max_norm must be positive, got {max_norm}")
    grads = [p.grad for p in params if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    total = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g.detach()) for g in grads]))
    if total > max_norm:
        with torch.no_grad():
            for g in grads:
                g.copy_(g * (max_norm / total))
    return total


class DecayFit(NamedTuple):
    a: Tensor
    k: Tensor
    losses: Tensor


@dataclass
class _Best:
    """The numbers with the smallest loss so far."""

    loss: float = math.inf
    a: float = 1.0
    k: float = 1.0

    def offer(self, loss: Tensor, a: Tensor, k: Tensor) -> None:
        if loss.item() < self.loss:
            self.loss, self.a, self.k = loss.item(), a.item(), k.item()


def fix_fit_decay(x: Tensor, y: Tensor, strength: float, lr: float, epochs: int) -> DecayFit:
    a = torch.ones((), dtype=x.dtype, device=x.device, requires_grad=True)
    k = torch.ones((), dtype=x.dtype, device=x.device, requires_grad=True)
    best, losses = _Best(), []
    for _ in range(epochs):
        a.grad = k.grad = None
        loss = torch.mean((a * torch.exp(-k * x) - y) ** 2) + strength * k * k
        loss.backward(inputs=[a, k])
        best.offer(loss, a, k)
        losses.append(loss.item())
        with torch.no_grad():
            a.sub_(lr * a.grad)
            k.sub_(lr * k.grad)
    return DecayFit(x.new_tensor(best.a), x.new_tensor(best.k), x.new_tensor(losses))


def fix_hardest_inputs(model, x, labels, radius, lr, steps):
    low, high = x.detach() - radius, x.detach() + radius
    z = x.detach().clone()
    for _ in range(steps):
        leaf = z.clone().requires_grad_()
        loss = torch.nn.functional.cross_entropy(model(leaf), labels)
        loss.backward(inputs=[leaf])
        z = torch.clamp(z + lr * torch.sign(leaf.grad), low, high)
    return z


@dataclass
class _Probe:
    """One x with what comes from above; each method is one thing that has to hold."""

    x: Tensor
    above: Tensor

    def run(self, relu: Callable[[Tensor], Tensor]) -> None:
        leaf, above = self.x.clone().requires_grad_(), self.above.clone()
        y = relu(leaf)
        self.same(y, self.x * (self.x > 0), "values")
        self.same(leaf, self.x, "x afterwards")
        self.must(y.requires_grad, "nothing to differentiate")
        (g,) = torch.autograd.grad(y, leaf, above, create_graph=True)
        self.same(g, self.above * (self.x > 0), "gradient")
        self.same(above, self.above, "gradient from above afterwards")

    def twice(self, relu: Callable[[Tensor], Tensor]) -> None:
        leaf = self.x.clone().requires_grad_()
        (g,) = torch.autograd.grad((relu(leaf) ** 2).sum(), leaf, create_graph=True)
        self.must(g.requires_grad, "no second derivative")
        (h,) = torch.autograd.grad((g * self.above).sum(), leaf)
        self.same(h, 2 * self.above * (self.x > 0), "second derivative")

    def same(self, got: Tensor, want: Tensor, what: str) -> None:
        self.must(got.dtype == want.dtype and torch.allclose(got.detach(), want), what)

    @staticmethod
    def must(condition: bool, what: str) -> None:
        if not condition:
            raise AssertionError(what)


def check_relu(relu: Callable[[Tensor], Tensor]) -> None:
    generator = torch.Generator().manual_seed(2)
    for dtype in (torch.float32, torch.float64):
        x = (5 * torch.randn(4, 6, generator=generator)).to(dtype)
        x[1, :3] = 0
        probe = _Probe(x, torch.randn(4, 6, generator=generator).to(dtype))
        probe.run(relu)
        probe.twice(relu)
