import math
from typing import NamedTuple

import torch


def numerical_gradient(f, x, eps=1e-6):
    if x.dtype != torch.float64:
        raise ValueError("x must be float64")
    point = torch.zeros(x.shape, dtype=torch.float64, device=x.device)
    point.copy_(x.detach())
    flat = point.view(-1)
    result = torch.zeros(x.shape, dtype=torch.float64, device=x.device)
    result_flat = result.view(-1)
    for i in range(flat.numel()):
        old = flat[i].item()
        flat[i] = old + eps
        plus = f(point).item()
        flat[i] = old - eps
        minus = f(point).item()
        flat[i] = old
        result_flat[i] = (plus - minus) / (2 * eps)
    return result


def gradient(f, x):
    if not x.is_floating_point():
        raise ValueError("x must have a floating point dtype")
    with torch.enable_grad():
        leaf = x.detach().clone()
        leaf.requires_grad_(True)
        value = f(leaf)
        total = value.sum()
        if not total.requires_grad:
            return torch.zeros_like(x.detach())
        grads = torch.autograd.grad(total, [leaf], allow_unused=True)
    if grads[0] is None:
        return torch.zeros_like(x.detach())
    return grads[0]


def jacobian(f, x):
    if x.dim() != 1:
        raise ValueError("x must have exactly one axis")
    with torch.enable_grad():
        leaf = x.detach().clone()
        leaf.requires_grad_(True)
        y = f(leaf)
        if y.dim() != 1:
            raise ValueError("f must return a tensor with exactly one axis")
        result = torch.zeros(y.shape[0], x.shape[0], dtype=x.dtype, device=x.device)
        for m in range(y.shape[0]):
            if not y[m].requires_grad:
                continue
            row = torch.autograd.grad(y[m], leaf, retain_graph=True, allow_unused=True)[0]
            if row is None:
                continue
            for d in range(x.shape[0]):
                result[m, d] = row[d]
    return result


def hessian_vector_product(f, x, v):
    if v.shape != x.shape:
        raise ValueError("v must have the shape of x")
    zeros = torch.zeros(x.shape, dtype=x.dtype, device=x.device)
    with torch.enable_grad():
        leaf = x.detach().clone()
        leaf.requires_grad_(True)
        y = f(leaf)
        if y.dim() != 0:
            raise ValueError("f must return a tensor without axes")
        if not y.requires_grad:
            return zeros
        g = torch.autograd.grad(y, leaf, create_graph=True, allow_unused=True)[0]
        if g is None or not g.requires_grad:
            return zeros
        dot = (g * v.detach()).sum()
        h = torch.autograd.grad(dot, leaf, allow_unused=True)[0]
    if h is None:
        return zeros
    return h


def detached_product(x):
    u = x * x
    u = u.detach()
    z = u * x
    return z


class ReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        y = torch.zeros_like(x)
        positive = x > 0
        y[positive] = x[positive]
        return y

    @staticmethod
    def backward(ctx, upstream):
        x = ctx.saved_tensors[0]
        return torch.where(x > 0, upstream, torch.zeros_like(upstream))


class Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w, b):
        ctx.save_for_backward(x, w)
        columns = []
        for k in range(w.shape[0]):
            column = (x * w[k]).sum(dim=1)
            if b is not None:
                column = column + b[k]
            columns.append(column)
        return torch.stack(columns, dim=1)

    @staticmethod
    def backward(ctx, upstream):
        x, w = ctx.saved_tensors
        dx = None
        dw = None
        db = None
        if ctx.needs_input_grad[0]:
            rows = []
            for n in range(x.shape[0]):
                rows.append((upstream[n].unsqueeze(1) * w).sum(dim=0))
            dx = torch.stack(rows)
        if ctx.needs_input_grad[1]:
            rows = []
            for k in range(w.shape[0]):
                rows.append((upstream[:, k].unsqueeze(1) * x).sum(dim=0))
            dw = torch.stack(rows)
        if ctx.needs_input_grad[2]:
            db = upstream[0]
            for n in range(1, upstream.shape[0]):
                db = db + upstream[n]
        return dx, dw, db


class SoftmaxCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, labels):
        if labels.shape != (logits.shape[0],):
            raise ValueError("labels must have the shape (N,)")
        ctx.save_for_backward(logits, labels)
        total = torch.zeros((), dtype=logits.dtype, device=logits.device)
        for n in range(logits.shape[0]):
            row = logits[n] - logits[n].max()
            total = total + torch.log(torch.exp(row).sum()) - row[labels[n]]
        return total / logits.shape[0]

    @staticmethod
    def backward(ctx, upstream):
        logits, labels = ctx.saved_tensors
        rows = []
        for n in range(logits.shape[0]):
            e = torch.exp(logits[n] - logits[n].detach().max())
            one_hot = torch.zeros_like(logits[n])
            one_hot[labels[n]] = 1.0
            rows.append((e / e.sum() - one_hot) / logits.shape[0])
        return torch.stack(rows) * upstream, None


def topological_order(root):
    order = []
    entered = {}
    done = {}
    stack = [root]
    while len(stack) > 0:
        node = stack[-1]
        if id(node) in done:
            stack.pop()
        elif id(node) in entered:
            stack.pop()
            done[id(node)] = node
            order.append(node)
        else:
            entered[id(node)] = node
            for parent in node.parents:
                if id(parent) in done:
                    continue
                if id(parent) in entered:
                    raise ValueError("the graph has a cycle")
                stack.append(parent)
    return order


class Value:
    def __init__(self, data, parents=()):
        self.data = float(data)
        self.grad = 0.0
        self.parents = tuple(parents)
        self._slopes = []

    def __add__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        out = Value(self.data + other.data, (self, other))
        out._slopes = [1.0, 1.0]
        return out

    def __radd__(self, other):
        return Value(other) + self

    def __neg__(self):
        out = Value(-self.data, (self,))
        out._slopes = [-1.0]
        return out

    def __sub__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        out = Value(self.data - other.data, (self, other))
        out._slopes = [1.0, -1.0]
        return out

    def __rsub__(self, other):
        return Value(other) - self

    def __mul__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        out = Value(self.data * other.data, (self, other))
        out._slopes = [other.data, self.data]
        return out

    def __rmul__(self, other):
        return Value(other) * self

    def __truediv__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        out = Value(self.data / other.data, (self, other))
        out._slopes = [1.0 / other.data, -self.data / other.data / other.data]
        return out

    def __rtruediv__(self, other):
        return Value(other) / self

    def __pow__(self, exponent):
        if isinstance(exponent, Value):
            raise TypeError("exponent must be an int or a float, not a Value")
        out = Value(self.data**exponent, (self,))
        if exponent == 0:
            out._slopes = [0.0]
        elif self.data == 0.0 and exponent < 1:
            out._slopes = [math.inf]
        else:
            out._slopes = [exponent * self.data ** (exponent - 1)]
        return out

    def exp(self):
        out = Value(math.exp(self.data), (self,))
        out._slopes = [out.data]
        return out

    def log(self):
        out = Value(math.log(self.data), (self,))
        out._slopes = [1.0 / self.data]
        return out

    def tanh(self):
        out = Value(math.tanh(self.data), (self,))
        out._slopes = [1.0 - out.data * out.data]
        return out

    def relu(self):
        if self.data > 0:
            out = Value(self.data, (self,))
            out._slopes = [1.0]
        else:
            out = Value(0.0, (self,))
            out._slopes = [0.0]
        return out

    def backward(self):
        order = topological_order(self)
        incoming = {}
        for node in order:
            incoming[id(node)] = 0.0
        incoming[id(self)] = 1.0
        for i in range(len(order) - 1, -1, -1):
            node = order[i]
            upstream = incoming[id(node)]
            node.grad += upstream
            for parent, slope in zip(node.parents, node._slopes):
                incoming[id(parent)] += upstream * slope


class TwoLayerGradients(NamedTuple):
    """The gradient of the loss with respect to each parameter, in the shape of that parameter."""

    w1: torch.Tensor
    b1: torch.Tensor
    w2: torch.Tensor
    b2: torch.Tensor


def two_layer_gradients(x, y, w1, b1, w2, b2):
    n_samples = x.shape[0]
    n_out = w2.shape[0]
    if y.shape != (n_samples, n_out):
        raise ValueError("y must have the shape (N, K)")
    with torch.no_grad():
        dw1 = torch.zeros_like(w1)
        db1 = torch.zeros_like(b1)
        dw2 = torch.zeros_like(w2)
        db2 = torch.zeros_like(b2)
        for n in range(n_samples):
            h = torch.tanh((w1 * x[n]).sum(dim=1) + b1)
            dh = torch.zeros_like(h)
            for k in range(n_out):
                out = (w2[k] * h).sum() + b2[k]
                u = 2 * (out - y[n, k]) / (n_samples * n_out)
                dw2[k] += u * h
                db2[k] += u
                dh += u * w2[k]
            for j in range(h.shape[0]):
                v = dh[j] * (1 - h[j] * h[j])
                dw1[j] += v * x[n]
                db1[j] += v
    return TwoLayerGradients(w1=dw1, b1=db1, w2=dw2, b2=db2)


def accumulated_gradients(loss_fn, params, batches):
    params = list(params)
    sums = []
    for p in params:
        sums.append(torch.zeros(p.shape, dtype=p.dtype, device=p.device))
    samples = 0
    for x, y in batches:
        with torch.enable_grad():
            loss = loss_fn(x, y)
        if len(params) > 0 and loss.requires_grad:
            grads = torch.autograd.grad(loss, params, allow_unused=True)
            for i in range(len(params)):
                if grads[i] is not None:
                    sums[i] += len(x) * grads[i]
        samples += len(x)
        del loss
    if samples == 0:
        raise ValueError("batches must not be empty")
    result = []
    for i in range(len(params)):
        mean = sums[i] / samples
        params[i].grad = mean.clone()
        result.append(mean)
    return result


class LineFit(NamedTuple):
    """A fitted line, and the loss before each update."""

    w: torch.Tensor
    b: torch.Tensor
    losses: torch.Tensor


def fit_line(x, y, lr, epochs):
    if y.shape != x.shape:
        raise ValueError("y must have the shape of x")
    x = x.detach()
    y = y.detach()
    w = torch.zeros((), dtype=x.dtype, device=x.device, requires_grad=True)
    b = torch.zeros((), dtype=x.dtype, device=x.device, requires_grad=True)
    losses = torch.zeros(epochs, device=x.device)
    for epoch in range(epochs):
        with torch.enable_grad():
            loss = ((w * x + b - y) ** 2).mean()
            loss.backward()
        with torch.no_grad():
            losses[epoch] = loss.detach()
            w -= lr * w.grad
            b -= lr * b.grad
        w.grad = None
        b.grad = None
    return LineFit(w.detach(), b.detach(), losses.to(x.dtype))


def clip_gradient_norm_(params, max_norm):
    if not max_norm > 0:
        raise ValueError("max_norm must be positive")
    grads = []
    for p in params:
        if p.grad is not None:
            grads.append(p.grad)
    if len(grads) == 0:
        return torch.tensor(0.0)
    with torch.no_grad():
        squares = torch.zeros((), dtype=grads[0].dtype, device=grads[0].device)
        for g in grads:
            squares = squares + (g * g).sum()
        total = torch.sqrt(squares)
        if total > max_norm:
            for g in grads:
                g.mul_(max_norm / total)
    return total


class DecayFit(NamedTuple):
    a: torch.Tensor
    k: torch.Tensor
    losses: torch.Tensor


def fix_fit_decay(x, y, strength, lr, epochs):
    a = torch.ones((), dtype=x.dtype, device=x.device).requires_grad_()
    k = torch.ones((), dtype=x.dtype, device=x.device).requires_grad_()
    best_a = best_k = best_loss = None
    losses = []
    for epoch in range(epochs):
        error = ((a * torch.exp(-k * x) - y) ** 2).mean()
        loss = error + strength * k**2
        grad_a, grad_k = torch.autograd.grad(loss, [a, k])
        loss = loss.detach()
        if best_loss is None or loss < best_loss:
            best_loss = loss
            best_a = a.detach().clone()
            best_k = k.detach().clone()
        losses.append(loss)
        a = (a.detach() - lr * grad_a).requires_grad_()
        k = (k.detach() - lr * grad_k).requires_grad_()
    return DecayFit(best_a, best_k, torch.stack(losses))


def fix_hardest_inputs(model, x, labels, radius, lr, steps):
    start = x.detach().clone()
    moved = start.clone()
    for step in range(steps):
        moved = moved.detach().requires_grad_()
        loss = torch.nn.functional.cross_entropy(model(moved), labels)
        gradient = torch.autograd.grad(loss, moved)[0]
        moved = moved.detach() + lr * gradient.sign()
        moved = torch.where(moved > start + radius, start + radius, moved)
        moved = torch.where(moved < start - radius, start - radius, moved)
    return moved


def check_relu(relu):
    numbers = [-3.0, -0.01, 0.0, 0.01, 1.0, 7.5, 100.0]
    for dtype in [torch.float32, torch.float64]:
        for number in numbers:
            for above in [1.0, -2.0, 0.25]:
                x = torch.tensor([number], dtype=dtype, requires_grad=True)
                upstream = torch.tensor([above], dtype=dtype)
                y = relu(x)
                value = number if number > 0 else 0.0
                slope = 1.0 if number > 0 else 0.0
                assert y.dtype == dtype, "another dtype"
                assert y.requires_grad, "no graph"
                assert abs(y.item() - value) < 1e-5
                assert abs(x.item() - number) < 1e-5
                y.backward(upstream)
                assert abs(x.grad.item() - above * slope) < 1e-5
                assert upstream.item() == above
    x = torch.tensor([[-1.0, 2.0, 3.0], [4.0, -5.0, 6.0]], requires_grad=True)
    y = relu(x)
    assert y.shape == (2, 3)
    # y ** 2: slope 2 y, and the slope of that is 2 where x > 0
    g = torch.autograd.grad((y * y).sum(), x, create_graph=True)[0]
    if not g.requires_grad:
        raise AssertionError("only one derivative")
    h = torch.autograd.grad(g.sum(), x)[0]
    for i in range(2):
        for j in range(3):
            assert abs(h[i, j].item() - (2.0 if x[i, j].item() > 0 else 0.0)) < 1e-5
