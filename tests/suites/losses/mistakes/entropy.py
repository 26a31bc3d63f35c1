"""Wrong variants of losses.entropy."""

import torch

from grader.suite import mistake, reference


@mistake("0 * log 0 came out as nan: a probability of 0 adds 0")
def nan_at_zero(p, dim):
    return -(p * p.log()).sum(dim)


@mistake("the nan was replaced after the logarithm: the value is right, but the gradient at 0 is nan")
def replaced_after_the_logarithm(p, dim):
    return -torch.where(p > 0, p * p.log(), 0.0).sum(dim)


@mistake("a small number added inside the logarithm bends every value")
def epsilon_in_the_logarithm(p, dim):
    return -(p * (p + 1e-8).log()).sum(dim)


@mistake("the logarithm has base 2: nats are asked for, so take the natural one")
def base_two(p, dim):
    return reference("losses").entropy(p, dim) / p.new_tensor(2.0).log()


@mistake("the minus sign is missing: an entropy is at least 0")
def no_minus_sign(p, dim):
    return -reference("losses").entropy(p, dim)


@mistake("the mean over the classes was taken: the probabilities weigh the sum already")
def mean_for_sum(p, dim):
    return reference("losses").entropy(p, dim) / p.shape[dim]


@mistake("dim is ignored: the sum always runs over the last axis")
def last_axis_always(p, dim):
    return reference("losses").entropy(p, -1)


@mistake("divided by log K: that is the entropy relative to a uniform distribution")
def relative_to_uniform(p, dim):
    return reference("losses").entropy(p, dim) / p.new_tensor(float(p.shape[dim])).log()


@mistake("one number came back for all distributions: sum over dim alone")
def summed_over_everything(p, dim):
    return reference("losses").entropy(p, dim).sum()


@mistake("the logarithms were not weighed with p")
def not_weighed(p, dim):
    return -torch.where(p > 0, p, 1.0).log().sum(dim)


@mistake("the numbers went through numpy, which knows no device and no gradient: stay with torch")
def through_numpy(p, dim):
    return torch.from_numpy(reference("losses").entropy(p, dim).detach().numpy())


@mistake("the code asks for cuda, which is not everywhere: compute on the device of p")
def asked_for_cuda(p, dim):
    return reference("losses").entropy(p, dim).cuda()
