# -*- coding: utf-8 -*-
from __future__ import division, print_function

import math
from collections import namedtuple

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.autograd import Variable
from torch.nn.parameter import Parameter


# ---------------------------
# activations
# ---------------------------

Activation = namedtuple("Activation", "value derivative")


def hard_sigmoid(x):
    return torch.clamp(x / 6 + 0.5, min=0, max=1)


def piecewise_linear(x, knots):
    out = torch.ones_like(x) * knots[0][1]
    for i in range(knots.size(0) - 1):
        t0, h0 = knots[i][0], knots[i][1]
        t1, h1 = knots[i + 1][0], knots[i + 1][1]
        u = (x - t0) / (t1 - t0)
        ramp = F.relu(u) - F.relu(u - 1)
        out = out + (h1 - h0) * ramp
    return out


def relu(x):
    mask = torch.gt(x, 0)
    value = x.masked_fill(~mask, 0)
    derivative = torch.zeros(x.size()).type_as(x).masked_fill(mask, 1.0)
    return Activation(value, derivative)


def leaky_relu(x, negative_slope=0.01):
    value = torch.where(x > 0, x, x * negative_slope)
    derivative = torch.where(x > 0, torch.ones_like(x), torch.full_like(x, negative_slope))
    return Activation(value, derivative)


class SigmoidFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = torch.exp(x)
        out = torch.where(x > 0, 1 / (1 + torch.exp(-x)), y / (1 + y))
        ctx.save_for_backward(out)
        return out

    @staticmethod
    def backward(ctx, grad_output):
        (out,) = ctx.saved_tensors
        grad_input = grad_output * out * (1 - out)
        return grad_input


def sigmoid(x):
    value = SigmoidFunction.apply(x)
    derivative = value * (1 - value)
    return Activation(value, derivative.data)


class TanhFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        e = torch.expm1(-2 * x.abs())
        out = x.sign() * (-e) / (2 + e)
        ctx.save_for_backward(out)
        return out

    @staticmethod
    def backward(ctx, grad_output):
        (out,) = ctx.saved_tensors
        return grad_output * (1 - out.pow(2))


def tanh(x):
    value = TanhFunction.apply(x)
    return Activation(value, (1 - value.pow(2)).data)


# ---------------------------
# layers
# ---------------------------


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super(Linear, self).__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(torch.Tensor(out_features, in_features))
        if bias:
            self.bias = Parameter(torch.Tensor(out_features))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        stdv = 1.0 / math.sqrt(self.weight.size(1))
        self.weight.data.uniform_(-stdv, stdv)
        if self.bias is not None:
            self.bias.data.uniform_(-stdv, stdv)

    def forward(self, x):
        output = x.matmul(self.weight.t())
        if self.bias is not None:
            output += self.bias
        return output

    def extra_repr(self):
        return "in_features={}, out_features={}, bias={}".format(
            self.in_features, self.out_features, self.bias is not None
        )


def xavier_uniform_(weight, gain=1.0, generator=None):
    fan_in, fan_out = weight.size(1), weight.size(0)
    std = gain * math.sqrt(2.0 / float(fan_in + fan_out))
    a = math.sqrt(3.0) * std  # Calculate uniform bounds from standard deviation
    with torch.no_grad():
        return weight.uniform_(-a, a, generator=generator)


def kaiming_normal_(weight, mode="fan_in", generator=None):
    fan = weight.size(1) if mode == "fan_in" else weight.size(0)
    gain = math.sqrt(2.0)
    std = gain / math.sqrt(fan)
    with torch.no_grad():
        return weight.normal_(0, std, generator=generator)


def breaks_symmetry(model):
    linears = []
    for m in model.modules():
        if isinstance(m, nn.Linear):
            linears.append(m)
    for l in range(len(linears) - 1):
        w_in = linears[l].weight.data
        b = linears[l].bias
        w_out = linears[l + 1].weight.data
        for i in range(w_in.size(0)):
            for j in range(i + 1, w_in.size(0)):
                same_in = torch.equal(w_in[i], w_in[j])
                same_b = b is None or b.data[i].item() == b.data[j].item()
                same_out = torch.equal(w_out[:, i], w_out[:, j])
                if same_in and same_b and same_out:
                    return False
    return True


class LogisticRegression(torch.nn.Module):
    def __init__(self, num_features):
        super(LogisticRegression, self).__init__()
        self.linear = torch.nn.Linear(num_features, 1)

    def forward(self, x):
        y_pred = torch.sigmoid(self.linear(x))
        return y_pred.view(-1)


class SoftmaxRegression(nn.Module):
    def __init__(self, num_features, num_classes):
        super(SoftmaxRegression, self).__init__()
        self.num_features = num_features
        self.linear = nn.Linear(num_features, num_classes)

    def forward(self, x):
        x = x.contiguous().view(-1, self.num_features)
        out = self.linear(x)
        return out


class MLP(nn.Module):
    def __init__(self, sizes, activation):
        super(MLP, self).__init__()
        self.layers = nn.ModuleList()
        for i in range(len(sizes) - 1):
            self.layers.append(nn.Linear(sizes[i], sizes[i + 1]))
        self.activation = activation

    def forward(self, x):
        out = x
        for i, layer in enumerate(self.layers):
            out = layer(out)
            if i != len(self.layers) - 1:
                out = self.activation(out)
        return out


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super(Dropout, self).__init__()
        self.p = p

    def forward(self, x):
        if self.training:
            if self.p == 1:
                return x * 0.0
            noise = torch.zeros_like(x.data).bernoulli_(1 - self.p)
            noise.div_(1 - self.p)
            return x * Variable(noise)
        return x


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super(BatchNorm1d, self).__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.weight = Parameter(torch.Tensor(num_features))
        self.bias = Parameter(torch.Tensor(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.reset_parameters()

    def reset_parameters(self):
        self.weight.data.fill_(1)
        self.bias.data.zero_()

    def forward(self, x):
        if self.training:
            n = x.size(0)
            if n <= 1:
                raise ValueError("x: expected more than 1 value per channel when training, got {}".format(list(x.size())))
            mean = x.mean(0)
            var = x.var(0, unbiased=False)
            unbiased = x.data.var(0, unbiased=True)
            self.running_mean.mul_(1 - self.momentum).add_(mean.data * self.momentum)
            self.running_var.mul_(1 - self.momentum).add_(unbiased * self.momentum)
        else:
            mean = Variable(self.running_mean)
            var = Variable(self.running_var)
        x_hat = (x - mean.unsqueeze(0)) / torch.sqrt(var.unsqueeze(0) + self.eps)
        return self.weight * x_hat + self.bias


class LayerNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5):
        super(LayerNorm, self).__init__()
        self.weight = Parameter(torch.ones(num_features))
        self.bias = Parameter(torch.zeros(num_features))
        self.eps = eps

    def forward(self, x):
        mean = x.mean(-1, keepdim=True)
        var = (x - mean).pow(2).mean(-1, keepdim=True)
        return self.weight * (x - mean) / torch.sqrt(var + self.eps) + self.bias


class SharedMLP(nn.Module):
    def __init__(self, in_features, hidden, out_features):
        super(SharedMLP, self).__init__()
        self.first = nn.Linear(in_features, hidden)
        self.shared = nn.Linear(hidden, hidden)
        self.last = nn.Linear(hidden, out_features)

    def forward(self, x):
        h_relu = self.first(x).clamp(min=0)
        for _ in range(2):
            # it is perfectly safe to reuse the same Module many times
            h_relu = self.shared(h_relu).clamp(min=0)
        y_pred = self.last(h_relu)
        return y_pred


from typing import NamedTuple


class GradientGaps(NamedTuple):
    evaluation: list
    training: list


def equal_gradients(model, x, y):
    layers = [m for m in model.modules() if isinstance(m, torch.nn.Linear)]
    before = {}
    for m in model.modules():
        before[m] = m.training
    results = []
    for mode in [False, True]:
        model.train(mode)
        loss = torch.mean((model(x) - y) ** 2)
        gaps = []
        for g in torch.autograd.grad(loss, [layer.weight for layer in layers[:-1]]):
            largest = 0.0
            for i in range(g.shape[0]):
                for j in range(i):
                    largest = max(largest, float((g[i] - g[j]).abs().max()))
            gaps.append(largest)
        results.append(gaps)
    for m in before:
        m.training = before[m]
    return GradientGaps(results[0], results[1])


class CurveFit(NamedTuple):
    offset: torch.Tensor
    c: torch.Tensor
    b: torch.Tensor
    w: torch.Tensor
    losses: list


def fit_curve(x, y, start, lr, steps):
    offset, c, b, w = [part.detach().clone() for part in start]
    losses = []
    for _ in range(steps):
        for part in (offset, c, b, w):
            part.requires_grad_(True)
            part.grad = None
        prediction = offset
        for i in range(len(c)):
            prediction = prediction + c[i] * torch.sigmoid(b[i] + w[i] * x)
        loss = ((prediction - y) ** 2).mean()
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            for part in (offset, c, b, w):
                part -= lr * part.grad
    return CurveFit(offset.detach(), c.detach(), b.detach(), w.detach(), losses)
