from __future__ import annotations

import itertools
import math
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, Union

import torch
from torch import Tensor

Function = Callable[[Tensor], Tensor]
Number = Union[int, float]


def leaf(x: Tensor) -> Tensor:
    """A copy of x outside of every graph, which collects a gradient."""
    return x.detach().clone(memory_format=torch.contiguous_format).requires_grad_()


def collect(y: Tensor, x: Tensor, upstream: Tensor, keep: bool = False) -> Tensor:
    """The gradient of (y * upstream).sum() with respect to the leaf x, and of nothing else."""
    x.grad = None
    if y.requires_grad:
        y.backward(upstream, inputs=[x], retain_graph=keep)
    return torch.zeros_like(x).detach() if x.grad is None else x.grad.detach()


def numerical_gradient(f: Function, x: Tensor, eps: float = 1e-6) -> Tensor:
    if x.dtype is not torch.float64:
        raise ValueError(f"x must be float64, not {x.dtype}")
    found: Tensor = torch.zeros(x.shape, dtype=x.dtype, device=x.device)
    for index in itertools.product(*map(range, x.shape)):
        values: list[float] = []
        for step in (eps, -eps):
            moved: Tensor = x.detach().clone(memory_format=torch.contiguous_format)
            moved[index] += step
            values.append(f(moved).item())
        found[index] = (values[0] - values[1]) / (2 * eps)
    return found


def gradient(f: Function, x: Tensor) -> Tensor:
    with torch.enable_grad():
        point = leaf(x)
        y = f(point)
        if y is point:
            return torch.ones_like(point).detach()
        return collect(y, point, torch.ones_like(y))


def jacobian(f: Function, x: Tensor) -> Tensor:
    with torch.enable_grad():
        point = leaf(x)
        y = f(point)
        rows: list[Tensor] = []
        for m in range(y.size(0)):
            unit = torch.zeros_like(y).detach()
            unit[m] = 1
            rows.append(collect(y * 1, point, unit, keep=True).clone())
    return torch.stack(rows) if rows else x.new_zeros((0, x.size(0)))


def hessian_vector_product(f: Function, x: Tensor, v: Tensor) -> Tensor:
    with torch.enable_grad():
        point = leaf(x)
        value = f(point)
        if not value.requires_grad:
            return torch.zeros_like(point).detach()
        (slope,) = torch.autograd.grad(value, [point], create_graph=True, materialize_grads=True)
        along: Tensor = torch.sum(slope * v.detach())
        return collect(along, point, torch.ones_like(along))


def detached_product(x: Tensor) -> Tensor:
    with torch.no_grad():
        u: Tensor = x.square()
    return u.mul(x)


class ReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, x: Tensor) -> Tensor:
        positive: Tensor = x > 0
        ctx.save_for_backward(positive)
        return torch.where(positive, x, torch.zeros((), dtype=x.dtype, device=x.device))

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, upstream: Tensor) -> Tensor:
        (positive,) = ctx.saved_tensors
        return upstream * positive


class Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, x: Tensor, w: Tensor, b: Tensor | None) -> Tensor:
        ctx.save_for_backward(x, w)
        y: Tensor = torch.mm(x, w.t())
        return y if b is None else y.add_(b)

    @staticmethod
    def backward(
        ctx: torch.autograd.function.FunctionCtx, upstream: Tensor
    ) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        x, w = ctx.saved_tensors
        for_x, for_w, for_b = ctx.needs_input_grad
        return (
            torch.mm(upstream, w) if for_x else None,
            torch.mm(upstream.t(), x) if for_w else None,
            upstream.sum(dim=0) if for_b else None,
        )


class SoftmaxCrossEntropy(torch.autograd.Function):
    @staticmethod
    def probabilities(logits: Tensor) -> Tensor:
        weights = (logits - logits.max(dim=1, keepdim=True).values).exp()
        return weights / weights.sum(dim=1, keepdim=True)

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, logits: Tensor, labels: Tensor) -> Tensor:
        ctx.save_for_backward(logits, labels)
        largest = logits.max(dim=1, keepdim=True).values
        above = logits - logits.gather(1, labels.unsqueeze(1))  # how far each score lies above the right one
        top = largest - logits.gather(1, labels.unsqueeze(1))
        return (top.squeeze(1) + (above - top).exp().sum(dim=1).log()).mean()

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, upstream: Tensor) -> tuple[Tensor, None]:
        logits, labels = ctx.saved_tensors
        p = SoftmaxCrossEntropy.probabilities(logits)
        wrong = p.scatter_add(1, labels.unsqueeze(1), -torch.ones_like(p[:, :1]))
        return wrong * (upstream / logits.size(0)), None


class Node(Protocol):
    parents: tuple["Node", ...]


def reachable(root: Node) -> dict[int, Node]:
    found: dict[int, Node] = {id(root): root}
    queue: deque[Node] = deque([root])
    while queue:
        for parent in queue.popleft().parents:
            if id(parent) not in found:
                found[id(parent)] = parent
                queue.append(parent)
    return found


def topological_order(root: Node) -> list[Node]:
    nodes: dict[int, Node] = reachable(root)
    waiting: Counter[int] = Counter(id(parent) for node in nodes.values() for parent in node.parents)
    ready: deque[Node] = deque([root] if waiting[id(root)] == 0 else [])
    order: deque[Node] = deque()
    while ready:
        node = ready.popleft()
        order.appendleft(node)
        for parent in node.parents:
            waiting[id(parent)] -= 1
            if waiting[id(parent)] == 0:
                ready.append(parent)
    if len(order) < len(nodes):
        raise ValueError("there is a cycle: some nodes wait for themselves")
    return list(order)


@dataclass(eq=False)
class Value:
    data: float
    parents: tuple[Value, ...] = ()
    grad: float = field(default=0.0, init=False)
    slopes: tuple[float, ...] = field(default=(), init=False, repr=False)

    def __post_init__(self) -> None:
        self.data = float(self.data)

    @staticmethod
    def of(number: Value | Number) -> Value:
        return number if isinstance(number, Value) else Value(float(number))

    @classmethod
    def made(cls, data: float, edges: dict[int, tuple[Value, float]]) -> Value:
        result = cls(data, tuple(value for value, _ in edges.values()))
        result.slopes = tuple(slope for _, slope in edges.values())
        return result

    def unary(self, data: float, slope: float) -> Value:
        return Value.made(data, {0: (self, slope)})

    @staticmethod
    def binary(a: Value, b: Value, data: float, slope_a: float, slope_b: float) -> Value:
        return Value.made(data, {0: (a, slope_a), 1: (b, slope_b)})

    def __add__(self, other: Value | Number) -> Value:
        b = Value.of(other)
        return Value.binary(self, b, self.data + b.data, 1.0, 1.0)

    __radd__ = __add__

    def __mul__(self, other: Value | Number) -> Value:
        b = Value.of(other)
        return Value.binary(self, b, self.data * b.data, b.data, self.data)

    __rmul__ = __mul__

    def __neg__(self) -> Value:
        return self.unary(-self.data, -1.0)

    def __sub__(self, other: Value | Number) -> Value:
        b = Value.of(other)
        return Value.binary(self, b, self.data - b.data, 1.0, -1.0)

    def __rsub__(self, other: Number) -> Value:
        return Value.of(other) - self

    def __truediv__(self, other: Value | Number) -> Value:
        b = Value.of(other)
        return Value.binary(self, b, self.data / b.data, 1.0 / b.data, -self.data / b.data**2)

    def __rtruediv__(self, other: Number) -> Value:
        return Value.of(other) / self

    def __pow__(self, exponent: Number) -> Value:
        slope = 0.0 if exponent == 0 else exponent * self.data ** (exponent - 1)
        return self.unary(self.data**exponent, slope)

    def exp(self) -> Value:
        e = math.exp(self.data)
        return self.unary(e, e)

    def log(self) -> Value:
        return self.unary(math.log(self.data), 1.0 / self.data)

    def tanh(self) -> Value:
        t = math.tanh(self.data)
        return self.unary(t, 1.0 - t * t)

    def relu(self) -> Value:
        return self.unary(self.data, 1.0) if self.data > 0 else self.unary(0.0, 0.0)

    def backward(self) -> None:
        """A node passes on what it got once all edges that lead to it have been walked."""
        waiting: Counter[int] = Counter()
        for node in reachable(self).values():
            waiting.update(id(parent) for parent in node.parents)
        arrived: dict[int, float] = {id(self): 1.0}
        ready: deque[Value] = deque([self])
        while ready:
            node = ready.pop()
            upstream = arrived.pop(id(node))
            node.grad += upstream
            for parent, slope in zip(node.parents, node.slopes, strict=True):
                arrived[id(parent)] = arrived.get(id(parent), 0.0) + upstream * slope
                waiting[id(parent)] -= 1
                if not waiting[id(parent)]:
                    ready.append(parent)


class TwoLayerGradients(NamedTuple):
    w1: Tensor
    b1: Tensor
    w2: Tensor
    b2: Tensor


@torch.no_grad()
def two_layer_gradients(
    x: Tensor, y: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor
) -> TwoLayerGradients:
    h: Tensor = torch.addmm(b1, x, w1.t()).tanh()
    out: Tensor = torch.addmm(b2, h, w2.t())
    delta_out: Tensor = (out - y) * (2.0 / y.numel())
    delta_h: Tensor = torch.mm(delta_out, w2) * (1.0 - h.square())
    ones: Tensor = x.new_ones(x.size(0))
    return TwoLayerGradients(
        w1=delta_h.t().mm(x), b1=delta_h.t().mv(ones), w2=delta_out.t().mm(h), b2=delta_out.t().mv(ones)
    )


@dataclass
class Accumulator:
    params: list[Tensor]
    samples: int = 0

    def add(self, loss: Tensor, size: int) -> None:
        """The running mean moves towards the new batch by its share of all samples so far."""
        self.samples += size
        share: float = size / self.samples
        old: list[Tensor | None] = [p.grad for p in self.params]
        for p in self.params:
            p.grad = None
        if loss.requires_grad:
            loss.backward(inputs=self.params)
        for p, before in zip(self.params, old, strict=True):
            new = torch.zeros_like(p).detach() if p.grad is None else p.grad
            p.grad = new * share if before is None else before.lerp(new, share)


def accumulated_gradients(
    loss_fn: Callable[[Tensor, Tensor], Tensor], params: Iterable[Tensor], batches: Iterable[tuple[Tensor, Tensor]]
) -> list[Tensor]:
    accumulator = Accumulator(list(params))
    for p in accumulator.params:
        p.grad = None
    for x, y in batches:
        accumulator.add(loss_fn(x, y), x.size(0))
    return [p.grad.clone() for p in accumulator.params if p.grad is not None]


class LineFit(NamedTuple):
    w: Tensor
    b: Tensor
    losses: Tensor


def descent(x: Tensor, y: Tensor, w: Tensor, b: Tensor, lr: float) -> Iterator[Tensor]:
    while True:
        loss = (w * x + b - y).pow(2).mean()
        yield loss.detach()
        loss.backward(inputs=[w, b])
        with torch.no_grad():
            for p in (w, b):
                p.add_(p.grad, alpha=-lr)
                p.grad = None


def fit_line(x: Tensor, y: Tensor, lr: float, epochs: int) -> LineFit:
    if y.dim() != 1 or len(y) != len(x):
        raise ValueError(f"y has shape {tuple(y.shape)}, not ({len(x)},)")
    w, b = (leaf(x.new_zeros(())) for _ in range(2))
    with torch.enable_grad():
        steps = descent(x.detach(), y.detach(), w, b, lr)
        losses = [next(steps) for _ in range(epochs)]
        if losses:
            next(steps)  # the last update is made on the way to a loss that nobody asks for
    return LineFit(w.detach(), b.detach(), torch.stack(losses) if losses else x.detach().new_empty(0))


def clip_gradient_norm_(params: Iterable[Tensor], max_norm: float) -> Tensor:
    grads: list[Tensor] = [p.grad.detach() for p in params if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    total: Tensor = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(grad) for grad in grads]))
    if total.item() > max_norm:
        factor: Tensor = max_norm / total
        for grad in grads:
            grad.mul_(factor)
    return total
