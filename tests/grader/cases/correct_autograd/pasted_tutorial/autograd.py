# -*- coding: utf-8 -*-
from __future__ import print_function

import math
from collections import namedtuple

import torch
from torch.autograd import Function, Variable, grad


def numerical_gradient(f, x, eps=1e-6):
    if x.dtype != torch.float64:
        raise ValueError("x must be double precision")
    x = x.data.clone(memory_format=torch.contiguous_format)
    grads = torch.zeros(x.size(), dtype=torch.float64, device=x.device)
    x_flat = x.view(-1)
    grad_flat = grads.view(-1)
    for i in range(x_flat.numel()):
        old = x_flat[i].item()
        x_flat[i] = old + eps
        y_plus = float(f(x.clone()))
        x_flat[i] = old - eps
        y_minus = float(f(x.clone()))
        x_flat[i] = old  # restore
        grad_flat[i] = (y_plus - y_minus) / (2 * eps)
    return grads


def gradient(f, x):
    with torch.enable_grad():
        x = Variable(x.data.clone(), requires_grad=True)
        y = f(x)
        if not y.requires_grad:
            print("f is a constant")
            return torch.zeros_like(x.data)
        # external gradient of ones, as in y.backward(torch.ones_like(y))
        (x_grad,) = grad(outputs=y, inputs=x, grad_outputs=torch.ones_like(y), allow_unused=True)
    if x_grad is None:
        return torch.zeros_like(x.data)
    return x_grad.data


def jacobian(f, x):
    x = x.detach().clone()
    x.requires_grad = True
    with torch.enable_grad():
        y = f(x)
    jac = torch.zeros(y.size(0), x.size(0)).type_as(x).detach()
    if not y.requires_grad:
        return jac
    for i in range(y.size(0)):
        v = torch.zeros_like(y)
        v[i] = 1.0
        g = grad(y, x, grad_outputs=v, retain_graph=True, allow_unused=True)[0]
        if g is not None:
            jac[i] = g.data
    return jac


def hessian_vector_product(f, x, v):
    v = v.detach()
    with torch.enable_grad():
        x = x.detach().clone().requires_grad_(True)
        y = f(x)
        if y.requires_grad:
            g = grad(y, x, create_graph=True, allow_unused=True)[0]
            if g is not None and g.requires_grad:
                hvp = grad(g, x, grad_outputs=v, allow_unused=True)[0]
                if hvp is not None:
                    return hvp.detach()
    return torch.zeros_like(x.data)


def detached_product(x):
    y = x * x
    u = y.detach()
    z = u * x
    return z


class ReLU(Function):
    """
    We can implement our own custom autograd Functions by subclassing
    torch.autograd.Function and implementing the forward and backward passes
    which operate on Tensors.
    """

    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return input.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        grad_input = grad_output.clone()
        return grad_input.masked_fill(input <= 0, 0)


class Linear(Function):
    # Note that both forward and backward are @staticmethods
    @staticmethod
    def forward(ctx, input, weight, bias=None):
        ctx.save_for_backward(input, weight, bias)
        output = input.mm(weight.t())
        if bias is not None:
            output += bias.unsqueeze(0).expand_as(output)
        return output

    @staticmethod
    def backward(ctx, grad_output):
        # This is a pattern that is very convenient - at the top of backward
        # unpack saved_tensors and initialize all gradients w.r.t. inputs to None.
        input, weight, bias = ctx.saved_tensors
        grad_input = grad_weight = grad_bias = None
        if ctx.needs_input_grad[0]:
            grad_input = grad_output.mm(weight)
        if ctx.needs_input_grad[1]:
            grad_weight = grad_output.t().mm(input)
        if bias is not None and ctx.needs_input_grad[2]:
            grad_bias = grad_output.sum(0)
        return grad_input, grad_weight, grad_bias


def _softmax(x):
    e = torch.exp(x - x.max(1, keepdim=True)[0].detach())
    return e / e.sum(1, keepdim=True)


class SoftmaxCrossEntropy(Function):
    @staticmethod
    def forward(ctx, logits, labels):
        ctx.save_for_backward(logits, labels)
        shifted = logits - logits.max(1, keepdim=True)[0]
        log_sum = shifted.exp().sum(1).log()
        picked = shifted[range(logits.size(0)), labels]
        return (log_sum - picked).sum() / logits.size(0)

    @staticmethod
    def backward(ctx, grad_output):
        logits, labels = ctx.saved_tensors
        m = labels.size(0)
        one_hot = torch.zeros_like(logits).scatter_(1, labels.view(-1, 1), 1.0)
        grad = (_softmax(logits) - one_hot) / m
        return grad * grad_output, None


def topological_order(root):
    # build_topo of micrograd, without recursion
    topo = []
    visited = set()
    on_path = set()
    stack = [(root, 0)]
    on_path.add(id(root))
    while stack:
        v, i = stack.pop()
        if i < len(v.parents):
            stack.append((v, i + 1))
            child = v.parents[i]
            if id(child) in on_path:
                raise ValueError("the graph has a cycle")
            if id(child) not in visited:
                on_path.add(id(child))
                stack.append((child, 0))
        else:
            on_path.remove(id(v))
            visited.add(id(v))
            topo.append(v)
    return topo


class Value:
    """stores a single scalar value and its gradient"""

    def __init__(self, data, parents=(), _op=""):
        self.data = float(data)
        self.grad = 0.0
        self.parents = tuple(parents)
        # internal variables used for autograd graph construction
        self._backward = lambda g: ()
        self._op = _op  # the op that produced this node, for graphviz / debugging / etc

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), "+")
        out._backward = lambda g: (g, g)
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), "*")

        def _backward(g):
            return (other.data * g, self.data * g)

        out._backward = _backward
        return out

    def __pow__(self, other):
        assert isinstance(other, (int, float)), "only supporting int/float powers for now"
        out = Value(self.data**other, (self,), f"**{other}")

        def _backward(g):
            return ((other * self.data ** (other - 1)) * g if other != 0 else 0.0,)

        out._backward = _backward
        return out

    def relu(self):
        out = Value(0 if self.data < 0 else self.data, (self,), "ReLU")
        out._backward = lambda g: ((out.data > 0) * g,)
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,), "tanh")
        out._backward = lambda g: ((1 - t**2) * g,)
        return out

    def exp(self):
        x = self.data
        out = Value(math.exp(x), (self,), "exp")
        out._backward = lambda g: (out.data * g,)
        return out

    def log(self):
        out = Value(math.log(self.data), (self,), "log")
        out._backward = lambda g: (g / self.data,)
        return out

    def backward(self):
        # topological order all of the children in the graph
        topo = topological_order(self)
        grads = {id(self): 1.0}
        # go one variable at a time and apply the chain rule to get its gradient
        for v in reversed(topo):
            g = grads.get(id(v), 0.0)
            v.grad += g
            for child, d in zip(v.parents, v._backward(g)):
                grads[id(child)] = grads.get(id(child), 0.0) + d

    def __neg__(self):  # -self
        return self * -1

    def __radd__(self, other):  # other + self
        return self + other

    def __sub__(self, other):  # self - other
        return self + (-other)

    def __rsub__(self, other):  # other - self
        return other + (-self)

    def __rmul__(self, other):  # other * self
        return self * other

    def __truediv__(self, other):  # self / other
        return self * other**-1

    def __rtruediv__(self, other):  # other / self
        return other * self**-1

    def __repr__(self):
        return f"Value(data={self.data}, grad={self.grad})"


TwoLayerGradients = namedtuple("TwoLayerGradients", "w1 b1 w2 b2")


def two_layer_gradients(x, y, w1, b1, w2, b2):
    x, y, w1, b1, w2, b2 = [t.data for t in (x, y, w1, b1, w2, b2)]
    # Forward pass: compute predicted y
    h = x.mm(w1.t()) + b1
    h_tanh = h.tanh()
    y_pred = h_tanh.mm(w2.t()) + b2

    # Backprop to compute gradients with respect to loss
    grad_y_pred = 2.0 * (y_pred - y) / y.numel()
    grad_w2 = grad_y_pred.t().mm(h_tanh)
    grad_b2 = grad_y_pred.sum(0)
    grad_h_tanh = grad_y_pred.mm(w2)
    grad_h = grad_h_tanh * (1 - h_tanh.pow(2))
    grad_w1 = grad_h.t().mm(x)
    grad_b1 = grad_h.sum(0)
    return TwoLayerGradients(grad_w1, grad_b1, grad_w2, grad_b2)


def accumulated_gradients(loss_fn, params, batches):
    params = list(params)
    # zero the gradients
    for p in params:
        p.grad = None
    n = 0
    for i, (inputs, labels) in enumerate(batches):
        loss = loss_fn(inputs, labels)
        loss = loss * len(inputs)
        if loss.requires_grad:
            loss.backward()
        n += len(inputs)
    for p in params:
        if p.grad is None:
            p.grad = torch.zeros_like(p.data)
        p.grad.data.div_(n)
    print("accumulated over", n, "samples")
    return [p.grad.data.clone() for p in params]


LineFit = namedtuple("LineFit", "w b losses")


def fit_line(x, y, lr, epochs):
    if x.dim() != 1 or y.size() != x.size():
        raise ValueError("y must have the size of x, got %s" % str(y.size()))
    x_data, y_data = Variable(x.data), Variable(y.data)
    w = torch.zeros(1, dtype=x.dtype, device=x.device, requires_grad=True)
    b = torch.zeros(1, dtype=x.dtype, device=x.device, requires_grad=True)
    losses = []
    for t in range(epochs):
        # Forward pass
        with torch.enable_grad():
            y_pred = x_data * w + b
            loss = (y_pred - y_data).pow(2).mean()
        if t % 100 == 99:
            print(t, loss.item())
        losses.append(loss.data)
        # Use autograd to compute the backward pass.
        loss.backward()
        # Manually update weights using gradient descent.
        with torch.no_grad():
            w -= lr * w.grad
            b -= lr * b.grad
            # Manually zero the gradients after updating weights
            w.grad.zero_()
            b.grad.zero_()
    losses = torch.stack(losses) if losses else x.data.new(0)
    return LineFit(w.data.squeeze(), b.data.squeeze(), losses)


def clip_gradient_norm_(params, max_norm):
    parameters = list(filter(lambda p: p.grad is not None, params))
    if len(parameters) == 0:
        return torch.tensor(0.0)
    total_norm = 0
    for p in parameters:
        param_norm = p.grad.data.norm(2)
        total_norm += param_norm**2
    total_norm = total_norm ** (1.0 / 2)
    clip_coef = max_norm / total_norm
    if clip_coef < 1:
        for p in parameters:
            p.grad.data.mul_(clip_coef)
    return total_norm
