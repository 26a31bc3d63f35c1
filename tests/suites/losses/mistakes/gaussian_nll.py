"""Wrong variants of losses.gaussian_nll."""

import torch

from grader.suite import mistake, reference


def _right(pred, target, sigma):
    return reference("losses").gaussian_nll(pred, target, sigma)


def _as_tensor(pred, sigma):
    return sigma if isinstance(sigma, torch.Tensor) else torch.full_like(pred, sigma)


@mistake("sigma was taken for the variance: square it")
def variance_for_deviation(pred, target, sigma):
    return _right(pred, target, sigma**0.5)


@mistake("sigma was squared in the logarithm: it is log sigma, or half the logarithm of the variance")
def logarithm_of_variance(pred, target, sigma):
    return _right(pred, target, sigma) + _as_tensor(pred, sigma).log().mean()


@mistake("the constant log(2 pi) / 2 is missing: the density must integrate to 1")
def no_constant(pred, target, sigma):
    return _right(pred, target, sigma) - pred.new_tensor(2 * torch.pi).log() / 2


@mistake("log sigma is missing: without it a huge sigma costs nothing")
def no_log_sigma(pred, target, sigma):
    return _right(pred, target, sigma) - _as_tensor(pred, sigma).log().mean()


@mistake("the squared error lacks its factor 1/2")
def no_half(pred, target, sigma):
    return _right(pred, target, sigma) + (((pred - target) / sigma) ** 2).mean() / 2


@mistake("the losses were summed: take their mean")
def sum_for_mean(pred, target, sigma):
    return _right(pred, target, sigma) * pred.numel()


@mistake("a tensor sigma left the graph: it needs its gradient too")
def sigma_left_the_graph(pred, target, sigma):
    return _right(pred, target, sigma.detach() if isinstance(sigma, torch.Tensor) else sigma)


@mistake("the errors were averaged before they were divided by sigma: each error belongs to its own sigma")
def sigma_averaged(pred, target, sigma):
    return _right(pred, target, _as_tensor(pred, sigma).mean().expand(pred.shape))
