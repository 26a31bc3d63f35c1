"""Wrong variants of mlp.kaiming_normal_."""

import math

import torch

from grader.suite import mistake, reference


def _fan(weight, mode):
    if weight.ndim != 2:
        raise ValueError("weight")
    if mode not in ("fan_in", "fan_out"):
        raise ValueError("mode")
    return weight.shape[mode == "fan_in"]


def _normal(weight, deviation, generator):
    with torch.no_grad():
        return weight.normal_(0, deviation, generator=generator)


@mistake("the factor 2 is missing: a ReLU drops half of the squares, so the variance is 2 / fan")
def factor_two_missing(weight, mode="fan_in", generator=None):
    return _normal(weight, math.sqrt(1 / _fan(weight, mode)), generator)


@mistake("the variance was taken for the standard deviation: the deviation is sqrt(2 / fan)")
def root_missing(weight, mode="fan_in", generator=None):
    return _normal(weight, 2 / _fan(weight, mode), generator)


@mistake("fan_in and fan_out are swapped: a weight is (fan_out, fan_in)")
def fans_swapped(weight, mode="fan_in", generator=None):
    _fan(weight, mode)
    return _normal(weight, math.sqrt(2 / weight.shape[mode == "fan_out"]), generator)


@mistake("mode is ignored: it is always fan_in")
def mode_ignored(weight, mode="fan_in", generator=None):
    _fan(weight, mode)
    return _normal(weight, math.sqrt(2 / weight.shape[1]), generator)


@mistake("the divisor is fan_in + fan_out, Glorot's: here it is one of the two")
def divided_by_both_fans(weight, mode="fan_in", generator=None):
    _fan(weight, mode)
    return _normal(weight, math.sqrt(2 / sum(weight.shape)), generator)


@mistake("sqrt(2 / fan) is the bound of a uniform distribution here: it is the deviation of a normal one")
def uniform_with_deviation_as_bound(weight, mode="fan_in", generator=None):
    a = math.sqrt(2 / _fan(weight, mode))
    with torch.no_grad():
        return weight.uniform_(-a, a, generator=generator)


@mistake("the distribution is uniform: its deviation is right, and it has to be normal")
def uniform_distribution(weight, mode="fan_in", generator=None):
    a = math.sqrt(6 / _fan(weight, mode))
    with torch.no_grad():
        return weight.uniform_(-a, a, generator=generator)


@mistake("a new tensor comes back and the weight keeps its old values: fill it in place")
def new_tensor(weight, mode="fan_in", generator=None):
    return reference("mlp").kaiming_normal_(weight.detach().clone(), mode, generator)


@mistake("nothing is returned: return the weight")
def nothing_returned(weight, mode="fan_in", generator=None):
    reference("mlp").kaiming_normal_(weight, mode, generator)


@mistake("the weight is filled inside the graph: a parameter needs torch.no_grad()")
def without_no_grad(weight, mode="fan_in", generator=None):
    return weight.normal_(0, math.sqrt(2 / _fan(weight, mode)), generator=generator)


@mistake("the generator is ignored: the numbers come from torch's global state")
def generator_ignored(weight, mode="fan_in", generator=None):
    return reference("mlp").kaiming_normal_(weight, mode)


@mistake("the root is over 2 alone: it is over 2 / fan")
def root_of_two_alone(weight, mode="fan_in", generator=None):
    return _normal(weight, math.sqrt(2) / _fan(weight, mode), generator)


@mistake("weight.data was replaced by a new tensor: write into the weight's own memory, as copy_ does")
def data_replaced(weight, mode="fan_in", generator=None):
    fresh = torch.empty(weight.shape, dtype=weight.dtype, device=weight.device)
    weight.data = reference("mlp").kaiming_normal_(fresh if weight.ndim == 2 else weight, mode, generator)
    return weight


@mistake("the random state is seeded inside: every weight becomes the same")
def seeded_inside(weight, mode="fan_in", generator=None):
    if generator is None:
        generator = torch.Generator(weight.device).manual_seed(0)
    return reference("mlp").kaiming_normal_(weight, mode, generator)
