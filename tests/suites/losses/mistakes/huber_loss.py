"""Wrong variants of losses.huber_loss."""

import torch

from grader.suite import mistake, reference


def _pieces(pred, target, delta, reduction, parabola, line):
    """Join two pieces of another shape."""
    error = (pred - target).abs()
    return reference("losses")._reduce(torch.where(error <= delta, parabola(error), line(error)), reduction)


@mistake("this is the smooth L1 loss, which divides by delta: the Huber loss does not")
def divided_by_delta(pred, target, delta=1.0, reduction="mean"):
    return reference("losses").huber_loss(pred, target, delta, reduction) / delta


@mistake("the parabola lacks its factor 1/2, so it does not meet the line")
def no_half_in_the_parabola(pred, target, delta=1.0, reduction="mean"):
    return _pieces(pred, target, delta, reduction, lambda e: e**2, lambda e: delta * (e - delta / 2))


@mistake("the line is delta * e and starts too high: subtract delta^2 / 2 so that it meets the parabola")
def line_does_not_meet_the_parabola(pred, target, delta=1.0, reduction="mean"):
    return _pieces(pred, target, delta, reduction, lambda e: e**2 / 2, lambda e: delta * e)


@mistake("the line has slope 1: it is the tangent of the parabola, with slope delta")
def line_of_slope_one(pred, target, delta=1.0, reduction="mean"):
    return _pieces(pred, target, delta, reduction, lambda e: e**2 / 2, lambda e: e - delta / 2)


@mistake("parabola and line are swapped: small errors are squared, large ones are not")
def pieces_swapped(pred, target, delta=1.0, reduction="mean"):
    return _pieces(pred, target, delta, reduction, lambda e: delta * (e - delta / 2), lambda e: e**2 / 2)


@mistake("large negative errors were squared: compare the absolute error with delta")
def negative_errors_squared(pred, target, delta=1.0, reduction="mean"):
    error = pred - target
    losses = torch.where(error <= delta, error**2 / 2, delta * (error - delta / 2))
    return reference("losses")._reduce(losses, reduction)


@mistake("delta is ignored: the pieces always meet at 1")
def delta_ignored(pred, target, delta=1.0, reduction="mean"):
    return reference("losses").huber_loss(pred, target, 1.0, reduction)


@mistake("the line is lowered by 1/2 where it must be delta / 2: it meets the parabola for delta = 1 only")
def line_lowered_by_a_half(pred, target, delta=1.0, reduction="mean"):
    return _pieces(pred, target, delta, reduction, lambda e: e**2 / 2, lambda e: delta * (e - 1 / 2))


@mistake("the code asks for cuda, which is not everywhere: compute on the device of pred")
def asked_for_cuda(pred, target, delta=1.0, reduction="mean"):
    return reference("losses").huber_loss(pred, target, delta).cuda()
