"""Wrong variants of mlp.xavier_uniform_."""

import math

import torch

from grader.suite import mistake, reference


def _checked(weight):
    if weight.ndim != 2:
        raise ValueError("weight")
    return weight


def _uniform(weight, a, generator):
    with torch.no_grad():
        return _checked(weight).uniform_(-a, a, generator=generator)


@mistake("the bound has sqrt(2), not sqrt(6): sqrt(2 / (fan_in + fan_out)) is the standard deviation")
def deviation_as_bound(weight, gain=1.0, generator=None):
    return _uniform(weight, gain * math.sqrt(2 / sum(_checked(weight).shape)), generator)


@mistake("the bound lacks fan_out: divide by fan_in + fan_out")
def fan_in_alone(weight, gain=1.0, generator=None):
    return _uniform(weight, gain * math.sqrt(6 / _checked(weight).shape[1]), generator)


@mistake("the bound lacks fan_in: divide by fan_in + fan_out")
def fan_out_alone(weight, gain=1.0, generator=None):
    return _uniform(weight, gain * math.sqrt(6 / _checked(weight).shape[0]), generator)


@mistake("the root is missing: a is sqrt(6 / (fan_in + fan_out))")
def root_missing(weight, gain=1.0, generator=None):
    return _uniform(weight, gain * 6 / sum(_checked(weight).shape), generator)


@mistake("gain is ignored: it multiplies the bound")
def gain_ignored(weight, gain=1.0, generator=None):
    return _uniform(weight, math.sqrt(6 / sum(_checked(weight).shape)), generator)


@mistake("the distribution is normal: draw uniformly between -a and a")
def normal_distribution(weight, gain=1.0, generator=None):
    deviation = gain * math.sqrt(2 / sum(_checked(weight).shape))
    with torch.no_grad():
        return weight.normal_(0, deviation, generator=generator)


@mistake("the entries lie between 0 and a: draw them between -a and a")
def positive_only(weight, gain=1.0, generator=None):
    a = gain * math.sqrt(6 / sum(_checked(weight).shape))
    with torch.no_grad():
        return weight.uniform_(0, a, generator=generator)


@mistake("a new tensor comes back and the weight keeps its old values: fill it in place")
def new_tensor(weight, gain=1.0, generator=None):
    return reference("mlp").xavier_uniform_(weight.detach().clone(), gain, generator)


@mistake("nothing is returned: return the weight")
def nothing_returned(weight, gain=1.0, generator=None):
    reference("mlp").xavier_uniform_(weight, gain, generator)


@mistake("the weight is filled inside the graph: a parameter needs torch.no_grad()")
def without_no_grad(weight, gain=1.0, generator=None):
    a = gain * math.sqrt(6 / sum(_checked(weight).shape))
    return weight.uniform_(-a, a, generator=generator)


@mistake("the generator is ignored: the numbers come from torch's global state")
def generator_ignored(weight, gain=1.0, generator=None):
    return reference("mlp").xavier_uniform_(weight, gain)


@mistake("the random state is seeded inside: every weight becomes the same")
def seeded_inside(weight, gain=1.0, generator=None):
    if generator is None:
        generator = torch.Generator(weight.device).manual_seed(0)
    return reference("mlp").xavier_uniform_(weight, gain, generator)


@mistake("gain stands under the root, so its root scales the bound: a = gain * sqrt(6 / (fan_in + fan_out))")
def gain_under_the_root(weight, gain=1.0, generator=None):
    return _uniform(weight, math.sqrt(gain * 6 / sum(_checked(weight).shape)), generator)


@mistake("the root is over 6 alone: it is over 6 / (fan_in + fan_out)")
def root_of_six_alone(weight, gain=1.0, generator=None):
    return _uniform(weight, gain * math.sqrt(6) / sum(_checked(weight).shape), generator)


@mistake("the bound has sqrt(3), not sqrt(6)")
def three_for_six(weight, gain=1.0, generator=None):
    return _uniform(weight, gain * math.sqrt(3 / sum(_checked(weight).shape)), generator)


@mistake("(rand - 0.5) * a reaches half of the bound only: draw between -a and a")
def half_the_bound(weight, gain=1.0, generator=None):
    return _uniform(weight, gain * math.sqrt(6 / sum(_checked(weight).shape)) / 2, generator)


@mistake("weight.data was replaced by a new tensor: write into the weight's own memory, as copy_ does")
def data_replaced(weight, gain=1.0, generator=None):
    fresh = torch.empty(weight.shape, dtype=weight.dtype, device=weight.device)
    weight.data = reference("mlp").xavier_uniform_(fresh if weight.ndim == 2 else weight, gain, generator)
    return weight
