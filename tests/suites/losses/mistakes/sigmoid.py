"""Wrong variants of losses.sigmoid."""

import torch

from grader.suite import mistake, reference


@mistake("exp(x) / (1 + exp(x)) overflows for large x: inf / inf is nan")
def exp_of_large_score(x):
    return torch.exp(x) / (1 + torch.exp(x))


@mistake("1 / (1 + exp(-x)) has the right value at -1000, but its gradient is 0 * inf = nan")
def gradient_overflows(x):
    return 1 / (1 + torch.exp(-x))


@mistake("abs has slope 0 at x = 0, so the gradient there is lost; it must be 1/4")
def corner_at_zero(x):
    small = torch.exp(-x.abs())
    return torch.where(x >= 0, 1.0, small) / (1 + small)


@mistake("the sign of x is turned: a large score must give a probability near 1")
def turned_sign(x):
    return reference("losses").sigmoid(-x)


@mistake("this is tanh, which runs from -1 to 1; a probability runs from 0 to 1")
def tanh_for_sigmoid(x):
    return torch.tanh(x)


@mistake("the result is always float32: keep the dtype of x")
def always_float32(x):
    return reference("losses").sigmoid(x.float())


@mistake("clamping x hides the overflow, but moves the values beyond the clamp and kills the gradient there")
def clamped_score(x):
    return 1 / (1 + torch.exp(-x.clamp(-5, 5)))


@mistake("the result left the graph (detach, item or data): no gradient can flow back")
def left_the_graph(x):
    return reference("losses").sigmoid(x.detach())


@mistake("torch.where picks the value, but both formulas run: the one that overflows makes the gradient nan")
def both_branches_run(x):
    return torch.where(x >= 0, 1 / (1 + torch.exp(-x)), torch.exp(x) / (1 + torch.exp(x)))


@mistake("the numbers went through numpy, which knows no device and no gradient: stay with torch")
def through_numpy(x):
    return torch.from_numpy(reference("losses").sigmoid(x).detach().numpy())


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
def asked_for_cuda(x):
    return reference("losses").sigmoid(x).cuda()
