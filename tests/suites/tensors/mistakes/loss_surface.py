"""Wrong ways to compute the landscape."""

import torch

from grader.suite import mistake, reference


def _right(w, b, x, y):
    return reference("tensors").loss_surface(w, b, x, y)


def _errors(w, b, x, y):
    return w[:, None, None] * x + b[None, :, None] - y


@mistake("the surface is transposed: slopes run along the first axis, offsets along the second")
def offsets_first(w, b, x, y):
    return _right(w, b, x, y).t()


@mistake("reshape put the transposed surface into the right shape; it moves numbers, not axes")
def reshaped_for_transposed(w, b, x, y):
    return _right(w, b, x, y).t().reshape(len(w), len(b))


@mistake("the squared errors were added; divide by N")
def summed(w, b, x, y):
    return _errors(w, b, x, y).square().sum(dim=2)


@mistake("the errors were averaged before they were squared, so that they cancel")
def averaged_before_squaring(w, b, x, y):
    return _errors(w, b, x, y).mean(dim=2).square()


@mistake("absolute errors; squared ones are asked for")
def absolute_errors(w, b, x, y):
    return _errors(w, b, x, y).abs().mean(dim=2)


@mistake("the root was taken; the mean squared error itself is asked for")
def rooted(w, b, x, y):
    return _right(w, b, x, y).sqrt()


@mistake("slope and offset are exchanged in the line: it is w * x + b")
def exchanged_slope_and_offset(w, b, x, y):
    return (w[:, None, None] + b[None, :, None] * x - y).square().mean(dim=2)


@mistake("a Python loop over the slopes")
def loop_over_slopes(w, b, x, y):
    return torch.cat([_right(slope, b, x, y) for slope in w.split(1)])


@mistake("a Python loop over the offsets")
def loop_over_offsets(w, b, x, y):
    return torch.cat([_right(w, offset, x, y) for offset in b.split(1)], dim=1)


@mistake("a Python loop over the data")
def loop_over_data(w, b, x, y):
    errors = [w[:, None] * x[n] + b - y[n] for n in range(len(x))]
    return sum(error * error for error in errors) / len(x)


@mistake("the surface left the graph: no gradient reaches slopes, offsets or data")
def left_the_graph(w, b, x, y):
    return _right(w, b, x, y).detach()


@mistake("the result was made on the CPU, or brought there: it belongs on the device of w")
def result_on_the_cpu(w, b, x, y):
    return reference("tensors").loss_surface(w, b, x, y).cpu()


@mistake("the code asks for cuda, which is not everywhere: compute on the device of w")
def asked_for_cuda(w, b, x, y):
    return reference("tensors").loss_surface(w, b, x, y).cuda()
