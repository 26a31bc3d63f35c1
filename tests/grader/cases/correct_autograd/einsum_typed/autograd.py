from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

ScalarField = Callable[[Tensor], Tensor]


def numerical_gradient(f: ScalarField, x: Tensor, eps: float = 1e-6) -> Tensor:
    if x.dtype != torch.float64:
        raise ValueError(f"expected x to be torch.float64, got {x.dtype}")

    quotients: list[float] = []
    numbers: list[float] = x.detach().flatten().tolist()
    for position, number in enumerate(numbers):
        values: list[float] = []
        for candidate in (number + eps, number - eps):
            trial = numbers[:position] + [candidate] + numbers[position + 1 :]
            location = torch.tensor(trial, dtype=torch.float64, device=x.device).reshape(x.shape)
            values.append(f(location).item())
        quotients.append((values[0] - values[1]) / (2.0 * eps))
    return torch.tensor(quotients, dtype=torch.float64, device=x.device).reshape(x.shape)


def _vjp(output: Tensor, variable: Tensor, cotangent: Tensor, higher: bool = False, keep: bool = False) -> Tensor:
    """cotangent^T d output / d variable, zeros where there is no path."""
    if output.requires_grad:
        (found,) = torch.autograd.grad(
            outputs=[output],
            inputs=[variable],
            grad_outputs=[cotangent],
            create_graph=higher,
            retain_graph=higher or keep,
            allow_unused=True,
        )
        if found is not None:
            return found
    return torch.zeros(variable.shape, dtype=variable.dtype, device=variable.device)


def _variable(x: Tensor) -> Tensor:
    twin = torch.empty(x.shape, dtype=x.dtype, device=x.device)
    twin.copy_(x.detach())
    return twin.requires_grad_(True)


def gradient(f: ScalarField, x: Tensor) -> Tensor:
    if not torch.is_floating_point(x):
        raise ValueError(f"expected x to be floating point, got {x.dtype}")
    with torch.set_grad_enabled(True):
        variable = _variable(x)
        output = f(variable)
        return _vjp(output, variable, torch.ones_like(output).detach())


def jacobian(f: ScalarField, x: Tensor) -> Tensor:
    if len(x.shape) != 1:
        raise ValueError(f"expected x to have one axis, got shape {tuple(x.shape)}")
    with torch.set_grad_enabled(True):
        variable = _variable(x)
        output = f(variable)
        if len(output.shape) != 1:
            raise ValueError(f"expected f to return one axis, got shape {tuple(output.shape)}")
        matrix = torch.zeros(len(output), len(variable), dtype=x.dtype, device=x.device)
        for row, selector in enumerate(torch.eye(len(output), dtype=output.dtype, device=output.device)):
            matrix[row] = _vjp(output, variable, selector, keep=True)
    return matrix


def hessian_vector_product(f: ScalarField, x: Tensor, v: Tensor) -> Tensor:
    if v.shape != x.shape:
        raise ValueError(f"expected v to have shape {tuple(x.shape)}, got {tuple(v.shape)}")
    with torch.set_grad_enabled(True):
        variable = _variable(x)
        output = f(variable)
        if len(output.shape) != 0:
            raise ValueError(f"expected f to return no axes, got shape {tuple(output.shape)}")
        slope = _vjp(output, variable, torch.ones_like(output).detach(), higher=True)
        return _vjp(slope, variable, v.detach().clone())


def detached_product(x: Tensor) -> Tensor:
    frozen = x.detach()
    return torch.einsum("...,...,...->...", frozen, frozen, x)


class ReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        result = torch.where(x > 0, x, torch.zeros_like(x))
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, upstream: Tensor) -> Tensor:
        (result,) = ctx.saved_tensors
        downstream = upstream.clone()
        downstream = torch.where(result > 0, downstream, torch.zeros_like(downstream))
        return downstream


class Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, w: Tensor, b: Tensor | None) -> Tensor:
        ctx.save_for_backward(x, w)
        product = torch.einsum("nd,kd->nk", x, w)
        if b is None:
            return product
        return product + b[None, :]

    @staticmethod
    def backward(ctx, upstream: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        x, w = ctx.saved_tensors
        for_x: Tensor | None = None
        for_w: Tensor | None = None
        for_b: Tensor | None = None
        wants_x, wants_w, wants_b = ctx.needs_input_grad
        if wants_b:
            for_b = torch.einsum("nk->k", upstream)
        if wants_w:
            for_w = torch.einsum("nk,nd->kd", upstream, x)
        if wants_x:
            for_x = torch.einsum("nk,kd->nd", upstream, w)
        return for_x, for_w, for_b


class SoftmaxCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits: Tensor, labels: Tensor) -> Tensor:
        samples, classes = logits.shape
        if labels.shape != torch.Size([samples]):
            raise ValueError(f"expected labels of shape ({samples},), got {tuple(labels.shape)}")
        ctx.save_for_backward(logits, labels)
        own_score = logits.take_along_dim(labels[:, None], dim=1)
        # -log p = log sum_k exp(z_k - z_label): exact where the label wins, shifted where it does not
        gaps = logits - own_score
        highest = gaps.max(dim=1, keepdim=True).values
        costs = highest[:, 0] + torch.log(torch.einsum("nk->n", torch.exp(gaps - highest)))
        return costs.mean()

    @staticmethod
    def backward(ctx, upstream: Tensor) -> tuple[Tensor, None]:
        logits, labels = ctx.saved_tensors
        samples, classes = logits.shape
        powers = torch.exp(logits - logits.max(dim=1, keepdim=True).values)
        probabilities = torch.einsum("nk,n->nk", powers, 1.0 / powers.sum(dim=1))
        targets = torch.eye(classes, dtype=logits.dtype, device=logits.device)[labels]
        return upstream * (probabilities - targets) / samples, None


def topological_order(root: Value) -> list[Value]:
    unvisited, active, finished = None, "active", "finished"
    status: dict[int, str] = {}
    ordered: list[Value] = []
    agenda: list[Value] = [root]
    while agenda:
        current = agenda[-1]
        match status.get(id(current), unvisited):
            case None:
                status[id(current)] = active
                ancestors = current.parents
                if any(status.get(id(a)) == active for a in ancestors):
                    raise ValueError("cannot order a graph that contains a cycle")
                agenda.extend(a for a in ancestors if id(a) not in status)
            case "active":
                agenda.pop()
                status[id(current)] = finished
                ordered.append(current)
            case _:
                agenda.pop()
    return ordered


class Value:
    data: float
    grad: float
    parents: tuple[Value, ...]

    def __init__(self, data: float, parents: tuple[Value, ...] = ()) -> None:
        self.data = float(data)
        self.grad = 0.0
        self.parents = parents
        self.__partials: tuple[float, ...] = ()

    @classmethod
    def __computed(cls, data: float, inputs: tuple[Value, ...], partials: tuple[float, ...]) -> Value:
        made = cls(data, inputs)
        made.__partials = partials
        return made

    @staticmethod
    def __as_value(operand: Value | float) -> Value:
        return operand if isinstance(operand, Value) else Value(operand)

    def __add__(self, other: Value | float) -> Value:
        rhs = self.__as_value(other)
        return self.__computed(self.data + rhs.data, (self, rhs), (1.0, 1.0))

    def __radd__(self, other: float) -> Value:
        return self.__as_value(other).__add__(self)

    def __neg__(self) -> Value:
        return self.__computed(-self.data, (self,), (-1.0,))

    def __sub__(self, other: Value | float) -> Value:
        return self.__add__(self.__as_value(other).__neg__())

    def __rsub__(self, other: float) -> Value:
        return self.__as_value(other).__sub__(self)

    def __mul__(self, other: Value | float) -> Value:
        rhs = self.__as_value(other)
        return self.__computed(self.data * rhs.data, (self, rhs), (rhs.data, self.data))

    def __rmul__(self, other: float) -> Value:
        return self.__as_value(other).__mul__(self)

    def __reciprocal(self) -> Value:
        inverse = 1.0 / self.data
        return self.__computed(inverse, (self,), (-inverse * inverse,))

    def __truediv__(self, other: Value | float) -> Value:
        return self.__mul__(self.__as_value(other).__reciprocal())

    def __rtruediv__(self, other: float) -> Value:
        return self.__as_value(other).__mul__(self.__reciprocal())

    def __pow__(self, exponent: float) -> Value:
        if isinstance(exponent, Value):
            raise TypeError("expected exponent to be an int or a float, got a Value")
        if exponent == 0:
            partial = 0.0
        else:
            try:
                partial = exponent * self.data ** (exponent - 1)
            except ZeroDivisionError:
                partial = math.inf
        return self.__computed(self.data**exponent, (self,), (partial,))

    def exp(self) -> Value:
        power = math.exp(self.data)
        return self.__computed(power, (self,), (power,))

    def log(self) -> Value:
        return self.__computed(math.log(self.data), (self,), (1.0 / self.data,))

    def tanh(self) -> Value:
        squashed = math.tanh(self.data)
        return self.__computed(squashed, (self,), (1.0 - squashed**2,))

    def relu(self) -> Value:
        slope = 1.0 if self.data > 0.0 else 0.0
        return self.__computed(self.data if slope else 0.0, (self,), (slope,))

    def backward(self) -> None:
        order = topological_order(self)
        rank = {id(v): i for i, v in enumerate(order)}
        adjoint = [0.0] * len(order)
        adjoint[-1] = 1.0
        for i in reversed(range(len(order))):
            for parent, partial in zip(order[i].parents, order[i].__partials):
                adjoint[rank[id(parent)]] += adjoint[i] * partial
        for v, a in zip(order, adjoint):
            v.grad += a


class TwoLayerGradients(NamedTuple):
    """The gradient of the loss with respect to each parameter, in the shape of that parameter."""

    w1: Tensor
    b1: Tensor
    w2: Tensor
    b2: Tensor


def two_layer_gradients(
    x: Tensor, y: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor
) -> TwoLayerGradients:
    expected = torch.Size([x.shape[0], w2.shape[0]])
    if y.shape != expected:
        raise ValueError(f"expected y of shape {tuple(expected)}, got {tuple(y.shape)}")
    with torch.no_grad():
        hidden = torch.einsum("nd,hd->nh", x, w1).add(b1).tanh()
        prediction = torch.einsum("nh,kh->nk", hidden, w2).add(b2)
        adj_out = (prediction - y) / (0.5 * y.shape[0] * y.shape[1])
        adj_pre = torch.einsum("nk,kh,nh->nh", adj_out, w2, 1.0 - hidden * hidden)
        return TwoLayerGradients(
            w1=torch.einsum("nh,nd->hd", adj_pre, x),
            b1=torch.einsum("nh->h", adj_pre),
            w2=torch.tensordot(adj_out, hidden, dims=([0], [0])),
            b2=torch.einsum("nk->k", adj_out),
        )


def accumulated_gradients(
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    params: Iterable[Tensor],
    batches: Iterable[tuple[Tensor, Tensor]],
) -> list[Tensor]:
    weights: list[Tensor] = list(params)
    kept: list[Tensor | None] = [weight.grad for weight in weights]
    stream: Iterator[tuple[Tensor, Tensor]] = iter(batches)
    seen = 0
    finished = False
    for weight in weights:
        weight.grad = None
    try:
        while (pair := next(stream, None)) is not None:
            inputs, targets = pair
            with torch.set_grad_enabled(True):
                mean_loss = loss_fn(inputs, targets)
                if weights and mean_loss.requires_grad:
                    torch.autograd.backward([mean_loss], [torch.full_like(mean_loss, len(inputs))], inputs=weights)
            seen += len(inputs)
        if seen == 0:
            raise ValueError("expected batches to hold at least one pair")
        finished = True
    finally:
        if not finished:
            for weight, grad in zip(weights, kept):
                weight.grad = grad
    answer: list[Tensor] = []
    for weight in weights:
        total = weight.grad if weight.grad is not None else torch.zeros_like(weight).detach()
        answer.append(total / seen)
    for weight, mean in zip(weights, answer):
        weight.grad = mean.clone()
    return answer


class LineFit(NamedTuple):
    """A fitted line, and the loss before each update."""

    w: Tensor
    b: Tensor
    losses: Tensor


def fit_line(x: Tensor, y: Tensor, lr: float, epochs: int) -> LineFit:
    if y.shape != x.shape:
        raise ValueError(f"expected y of shape {tuple(x.shape)}, got {tuple(y.shape)}")
    abscissa, ordinate = x.detach().clone(), y.detach().clone()
    slope = torch.tensor(0.0, dtype=x.dtype, device=x.device, requires_grad=True)
    offset = torch.tensor(0.0, dtype=x.dtype, device=x.device, requires_grad=True)
    history: list[Tensor] = [torch.empty(0, dtype=x.dtype, device=x.device)]
    for _ in range(epochs):
        with torch.set_grad_enabled(True):
            residual = slope * abscissa + offset - ordinate
            loss = torch.einsum("n,n->", residual, residual) / residual.numel()
        slope.grad, offset.grad = None, None
        loss.backward()
        history.append(loss.detach().reshape(1))
        with torch.no_grad():
            slope.add_(slope.grad, alpha=-lr)
            offset.add_(offset.grad, alpha=-lr)
    return LineFit(w=slope.detach(), b=offset.detach(), losses=torch.cat(history))


def clip_gradient_norm_(params: Iterable[Tensor], max_norm: float) -> Tensor:
    if not max_norm > 0:
        raise ValueError(f"expected max_norm to be positive, got {max_norm}")
    slopes: list[Tensor] = [p.grad for p in params if p.grad is not None]
    if not slopes:
        return torch.tensor(0.0)
    with torch.no_grad():
        energies = torch.stack([torch.einsum("i,i->", flat, flat) for flat in (s.flatten() for s in slopes)])
        length = energies.sum().sqrt()
        if bool(length > max_norm):
            shrink = max_norm / length.item()
            for s in slopes:
                s.mul_(shrink)
    return length
