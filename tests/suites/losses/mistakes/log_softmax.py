"""Wrong variants of losses.log_softmax."""

import torch

from grader.suite import mistake, reference


@mistake(
    "the logarithm of a softmax that came out as 0 is -inf: subtract log-sum-exp from the scores instead"
)
def log_of_softmax(x, dim):
    return torch.log(reference("losses").softmax(x, dim))


@mistake("a clamp of the softmax, or a tiny number added to it, hides log 0: value and gradient stop there")
def log_of_bounded_softmax(x, dim):
    return torch.log(reference("losses").softmax(x, dim).clamp(min=1e-12))


@mistake("a small number added to the softmax bends every value and stops at its own logarithm")
def log_of_softmax_plus_epsilon(x, dim):
    return torch.log(reference("losses").softmax(x, dim) + 1e-8)


@mistake("exp overflows at 1000 and vanishes at -1000: subtract the maximum along dim first")
def no_shift(x, dim):
    return x - torch.exp(x).sum(dim, keepdim=True).log()


@mistake("the softmax ran over the batch: the sum belongs along dim")
def softmax_over_batch(x, dim):
    return reference("losses").log_softmax(x, 0)


@mistake("dim is ignored: the sum always runs over the last axis")
def last_axis_always(x, dim):
    return reference("losses").log_softmax(x, -1)


@mistake("the log-sum-exp left the graph: the gradient lacks the softmax term")
def log_sum_exp_left_the_graph(x, dim):
    return x - reference("losses").log_sum_exp(x.detach(), dim).unsqueeze(dim)


@mistake("the logarithm of the softmax was multiplied by -1: it is at most 0")
def turned_sign(x, dim):
    return -reference("losses").log_softmax(x, dim)


@mistake("this is the softmax, without its logarithm")
def no_logarithm(x, dim):
    return reference("losses").softmax(x, dim)


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
def asked_for_cuda(x, dim):
    return reference("losses").log_softmax(x, dim).cuda()
