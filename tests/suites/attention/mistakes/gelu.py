"""Wrong variants of attention.gelu."""

import math

import torch
from torch.nn import functional

from grader.suite import mistake


def _share(x):
    return (1 + torch.erf(x / math.sqrt(2))) / 2


@mistake("this is the tanh formula, which is near: the exact one has erf")
def tanh_formula(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


@mistake("this is x sigmoid(1.702 x), which is near: the exact gate has erf")
def sigmoid_formula(x):
    return x * torch.sigmoid(1.702 * x)


@mistake("this is SiLU, x sigmoid(x): the gate is the normal distribution function")
def silu(x):
    return x * torch.sigmoid(x)


@mistake("this is ReLU: the gate is smooth, and below 0 it lets a little through")
def relu(x):
    return torch.relu(x)


@mistake("erf is taken of x itself: of x / sqrt(2)")
def erf_without_the_root(x):
    return x * (1 + torch.erf(x)) / 2


@mistake("erf is divided by sqrt(2), not its argument")
def erf_divided(x):
    return x * (1 + torch.erf(x) / math.sqrt(2)) / 2


@mistake("x is multiplied by sqrt(2) within erf: divide by it")
def erf_of_the_multiple(x):
    return x * (1 + torch.erf(x * math.sqrt(2))) / 2


@mistake("x is divided by sqrt(2 pi) within erf: by sqrt(2)")
def erf_with_pi(x):
    return x * (1 + torch.erf(x / math.sqrt(2 * math.pi))) / 2


@mistake("1 + erf is not halved: the gate lies between 0 and 1")
def not_halved(x):
    return x * (1 + torch.erf(x / math.sqrt(2)))


@mistake("the 1 is missing: erf lies between -1 and 1, a gate between 0 and 1")
def one_missing(x):
    return x * torch.erf(x / math.sqrt(2)) / 2


@mistake("the gate is 1 - erf: it opens where x grows, 1 + erf")
def other_tail(x):
    return x * (1 - torch.erf(x / math.sqrt(2))) / 2


@mistake("the gate came back without x: it is multiplied with it")
def gate_alone(x):
    return _share(x)


@mistake("the gate is the density of the normal distribution: it is the share below x")
def density(x):
    return x * torch.exp(-x * x / 2) / math.sqrt(2 * math.pi)


@mistake("what is below 0 became 0: gelu is negative there")
def clamped(x):
    return (x * _share(x)).relu()


@mistake("the gate is detached: its own slope belongs to the gradient")
def gate_detached(x):
    return x * _share(x).detach()


@mistake("the density was written with exp(x^2), which overflows: the gradient of large numbers is nan")
def overflowing_gradient(x):
    return _Overflows.apply(x)


class _Overflows(torch.autograd.Function):
    """Right values; a backward of x times the density, 1 / exp(x^2 / 2), where exp(x^2 / 2) overflows."""

    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return x * _share(x)

    @staticmethod
    def backward(context, upstream):
        (x,) = context.saved_tensors
        e = torch.exp(x * x / 2)
        return upstream * (_share(x) + x * e / (e * e) / math.sqrt(2 * math.pi))


@mistake("x was overwritten: it must stay as it is")
def in_place(x):
    share = _share(x.detach())
    x.data.mul_(share)
    return x


@mistake("the result is always float32: keep the dtype")
def always_float32(x):
    return x.float() * _share(x.float())


@mistake("math.erf takes one number: torch.erf takes a tensor, keeps its graph and its device")
def number_by_number(x):
    shares = [(1 + math.erf(number / math.sqrt(2))) / 2 for number in x.flatten().tolist()]
    return x.detach().cpu() * torch.tensor(shares, dtype=x.dtype).reshape(x.shape)


@mistake("the root of 2 is a tensor on the CPU, which is float32 too: take math.sqrt")
def root_on_the_cpu(x):
    return x * (1 + torch.erf(x / torch.tensor([2.0]).sqrt())) / 2


@mistake("torch's own gelu is used: write it by hand")
def own_of_torch(x):
    return functional.gelu(x)
