"""Wrong variants of mlp.piecewise_linear."""

import torch

from grader.suite import mistake, reference


def _parts(x, knots):
    """Return positions, heights and the ramps (*, M - 1), after the reference has refused what is wrong."""
    reference("mlp").piecewise_linear(x, knots)
    t, h = knots[:, 0], knots[:, 1]
    u = (x.unsqueeze(-1) - t[:-1]) / t.diff()
    return t, h, torch.relu(u) - torch.relu(u - 1)


@mistake("the curve starts at 0: add the height of the first knot")
def first_height_missing(x, knots):
    _, h, ramps = _parts(x, knots)
    return (h.diff() * ramps).sum(-1)


@mistake("each ramp has the height of its knot: a ramp adds the difference to the next height")
def heights_instead_of_steps(x, knots):
    _, h, ramps = _parts(x, knots)
    return h[0] + (h[1:] * ramps).sum(-1)


@mistake("the pieces have width 1: divide x - t_i by the distance to the next knot")
def width_ignored(x, knots):
    t, h, _ = _parts(x, knots)
    u = x.unsqueeze(-1) - t[:-1]
    return h[0] + (h.diff() * (torch.relu(u) - torch.relu(u - 1))).sum(-1)


@mistake("the ramps do not stop: each needs a second ReLU that is subtracted")
def ramps_never_end(x, knots):
    t, h, _ = _parts(x, knots)
    u = (x.unsqueeze(-1) - t[:-1]) / t.diff()
    return h[0] + (h.diff() * torch.relu(u)).sum(-1)


@mistake("the last piece is missing: M knots make M - 1 pieces")
def last_piece_missing(x, knots):
    _, h, ramps = _parts(x, knots)
    return h[0] + (h.diff() * ramps)[..., :-1].sum(-1)


@mistake("hard_sigmoid was not moved: its ramp runs from -3 to 3, so u from 0 to 1 must become 6u - 3")
def ramp_not_moved(x, knots):
    t, h, _ = _parts(x, knots)
    u = (x.unsqueeze(-1) - t[:-1]) / t.diff()
    return h[0] + (h.diff() * reference("mlp").hard_sigmoid(u)).sum(-1)


@mistake("the columns are swapped: column 0 is the position, column 1 the height")
def columns_swapped(x, knots):
    reference("mlp").piecewise_linear(x, knots)
    h, t = knots[:, 0], knots[:, 1]
    u = (x.unsqueeze(-1) - t[:-1]) / t.diff()
    return h[0] + (h.diff() * (torch.relu(u) - torch.relu(u - 1))).sum(-1)


@mistake("the knots left the graph: their gradient is missing")
def knots_detached(x, knots):
    return reference("mlp").piecewise_linear(x, knots.detach())


@mistake("there is a Python loop over the elements of x: a loop over the knots is enough")
def loop_over_elements(x, knots):
    right = reference("mlp").piecewise_linear(x, knots)
    for element in x.reshape(-1):
        right = right + 0 * element
    return right


@mistake("the first and last piece go on for ever: the curve is constant outside the knots")
def extrapolated(x, knots):
    right = reference("mlp").piecewise_linear(x, knots)
    t, h = knots[:, 0], knots[:, 1]
    slopes = h.diff() / t.diff()
    return right + slopes[-1] * torch.relu(x - t[-1]) - slopes[0] * torch.relu(t[0] - x)


@mistake("x left the graph: its gradient is missing")
def x_detached(x, knots):
    return reference("mlp").piecewise_linear(x.detach(), knots)


@mistake("the result is always float32: keep the dtype of x")
def always_float32(x, knots):
    return reference("mlp").piecewise_linear(x, knots).float()


@mistake("the result was made on the CPU, or brought there: it belongs on the device of x")
def result_on_the_cpu(x, knots):
    return reference("mlp").piecewise_linear(x, knots).cpu()


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
def asked_for_cuda(x, knots):
    return reference("mlp").piecewise_linear(x, knots).cuda()
