"""Wrong variants of losses.kl_divergence."""

import torch

from grader.suite import mistake, reference


@mistake("the arguments are swapped: this is KL(q || p); p, the truth, weighs the sum")
def arguments_swapped(p, q, dim):
    return reference("losses").kl_divergence(q, p, dim)


@mistake("divided by the number of classes (a plain mean): sum over dim")
def mean_over_classes(p, q, dim):
    return reference("losses").kl_divergence(p, q, dim) / p.shape[dim]


@mistake("the mean over the distributions was taken: one number for each is asked for")
def mean_over_distributions(p, q, dim):
    return reference("losses").kl_divergence(p, q, dim).mean()


@mistake("0 * log 0 came out as nan: an entry with p = 0 adds 0")
def nan_at_zero(p, q, dim):
    return (p * (p.log() - q.log())).sum(dim)


@mistake("the nan was replaced after the logarithm: the value is right, but the gradient where p = 0 is nan")
def replaced_after_the_logarithm(p, q, dim):
    return torch.where(p > 0, p * (p.log() - q.log()), 0.0).sum(dim)


@mistake("a small number added to q hides an infinite price and bends every value")
def epsilon_added(p, q, dim):
    return reference("losses").kl_divergence(p, q + 1e-8, dim)


@mistake("q was taken for its logarithm: q are probabilities here, unlike in torch's kl_div")
def q_taken_for_logarithm(p, q, dim):
    return reference("losses").kl_divergence(p, q.exp(), dim)


@mistake("this is the cross-entropy -sum p log q: the entropy of p is to be subtracted")
def entropy_not_subtracted(p, q, dim):
    divergence = reference("losses").kl_divergence(p, q, dim)
    return divergence + reference("losses").entropy(p, dim)


@mistake("the sign is turned: a divergence is at least 0")
def turned_sign(p, q, dim):
    return -reference("losses").kl_divergence(p, q, dim)


@mistake("the code asks for cuda, which is not everywhere: compute on the device of p")
def asked_for_cuda(p, q, dim):
    return reference("losses").kl_divergence(p, q, dim).cuda()
