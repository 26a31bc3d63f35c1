"""Wrong variants of losses.l2_penalty."""

import torch

from grader.suite import mistake, reference


@mistake("the factor 1/2 is missing: the gradient must be strength * w")
def no_half(params, strength):
    return 2 * reference("losses").l2_penalty(params, strength)


@mistake("a root was taken: the penalty is the square of the norm, and the norm has a corner at 0")
def root_taken(params, strength):
    params = list(params)
    return strength / 2 * reference("losses").l2_penalty(params, 2.0).sqrt()


@mistake("the mean of the squares was taken: sum them")
def mean_of_squares(params, strength):
    params = list(params)
    return reference("losses").l2_penalty(params, strength) / sum(w.numel() for w in params)


@mistake("only the first tensor counts: walk all of them")
def first_tensor_only(params, strength):
    return reference("losses").l2_penalty(list(params)[:1], strength)


@mistake("vectors and numbers (the biases) were left out: every tensor counts")
def biases_left_out(params, strength):
    params = list(params)
    right = reference("losses").l2_penalty(params, strength)
    return right - sum(strength / 2 * (w**2).sum() for w in params if w.ndim < 2)


@mistake("params was walked twice, and a generator is empty the second time")
def walked_twice(params, strength):
    reference("losses").l2_penalty(params, strength)
    return strength / 2 * sum((w**2).sum() for w in params)


@mistake("absolute values were summed: that is the L1 penalty")
def absolute_values(params, strength):
    params = list(params)
    return strength / 2 * torch.stack([w.abs().sum() for w in params]).sum()


@mistake("a Python number came back instead of a tensor: no gradient can flow through it")
def number_for_tensor(params, strength):
    return reference("losses").l2_penalty(params, strength).item()


@mistake("the penalty left the graph (detach, item or data): no weight would decay")
def left_the_graph(params, strength):
    return reference("losses").l2_penalty([w.detach() for w in params], strength)


@mistake(
    "the penalty requires gradients though no tensor does: start the sum from a plain 0, no leaf of a graph"
)
def always_requires_gradients(params, strength):
    penalty = reference("losses").l2_penalty(params, strength)
    return penalty + torch.zeros_like(penalty).requires_grad_()


@mistake("the code asks for cuda, which is not everywhere: compute on the device of the parameters")
def asked_for_cuda(params, strength):
    return reference("losses").l2_penalty(params, strength).cuda()
