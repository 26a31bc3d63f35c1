"""Wrong variants of cnn.equivariance_error."""

import torch

from grader.suite import mistake, reference


def _shift(x, dy, dx):
    return reference("cnn").shift(x, dy, dx)


def _range(size, by, border):
    return range(border + max(0, by), size - border + min(0, by))


def _error(
    f,
    x,
    dy,
    dx,
    border=0,
    stride=1,
    move=_shift,
    places=_range,
    size=lambda y, x: y.shape[-2:],
    sign=1,
    found=lambda z, y: (z - y).abs().max().item(),
    steps=lambda dy, dx, stride: (dy // stride, dx // stride),
):
    """The reference in parts, each of which a variant may replace."""
    if dy % stride or dx % stride:
        raise ValueError("stride")
    with torch.no_grad():
        y, z = f(x), f(move(x, dy, dx))
    (h, w), (dy, dx) = size(y, x), steps(dy, dx, stride)
    rows, columns = places(h, dy, border), places(w, dx, border)
    i, j = torch.tensor(rows, device=x.device)[:, None], torch.tensor(columns, device=x.device)
    return found(z[..., i, j], y[..., i - sign * dy, j - sign * dx])


@mistake("the image is rolled, not shifted: what leaves on one side comes in on the other")
def rolled(f, x, dy, dx, border=0, stride=1):
    return _error(f, x, dy, dx, border, stride, move=lambda x, dy, dx: torch.roll(x, (dy, dx), (-2, -1)))


@mistake("the zeros that the shift of f(x) brings in are compared too: leave out places without an i - dy")
def zeros_compared(f, x, dy, dx, border=0, stride=1):
    _error(f, x, dy, dx, border, stride)
    with torch.no_grad():
        y, z = _shift(f(x), dy // stride, dx // stride), f(_shift(x, dy, dx))
    h, w = y.shape[-2:]
    return (z - y)[..., border : h - border, border : w - border].abs().max().item()


@mistake("border is ignored: leave out as many rows and columns at each edge")
def border_ignored(f, x, dy, dx, border=0, stride=1):
    return _error(f, x, dy, dx, 0, stride)


@mistake("the border is left out of i alone: neither i nor i - dy may lie in it")
def border_at_one_end(f, x, dy, dx, border=0, stride=1):
    _error(f, x, dy, dx, border, stride)

    def places(size, by, border):
        return [i for i in range(border, size - border) if 0 <= i - by < size]

    return _error(f, x, dy, dx, border, stride, places=places)


@mistake("the rows that a shift takes away are left out at both edges: it takes them away at one")
def border_around_the_overlap(f, x, dy, dx, border=0, stride=1):
    _error(f, x, dy, dx, border, stride)

    def places(size, by, border):
        return range(border + abs(by), size - border - abs(by)) or _range(size, by, border)

    return _error(f, x, dy, dx, border, stride, places=places)


@mistake("the mean of the differences comes back: the largest is asked for")
def mean_for_largest(f, x, dy, dx, border=0, stride=1):
    return _error(f, x, dy, dx, border, stride, found=lambda z, y: (z - y).abs().mean().item())


@mistake("the squares are averaged: the largest absolute difference is asked for")
def mean_square(f, x, dy, dx, border=0, stride=1):
    return _error(f, x, dy, dx, border, stride, found=lambda z, y: (z - y).square().mean().item())


@mistake("abs is missing: a difference below 0 counts as well")
def without_abs(f, x, dy, dx, border=0, stride=1):
    return _error(f, x, dy, dx, border, stride, found=lambda z, y: (z - y).max().item())


@mistake("the difference is divided by the size of f(x): the plain difference is asked for")
def relative_error(f, x, dy, dx, border=0, stride=1):
    def found(z, y):
        return ((z - y).abs().max() / y.abs().max().clamp(min=1e-12)).item()

    return _error(f, x, dy, dx, border, stride, found=found)


@mistake("only the first image is compared: take all of the batch")
def first_image_only(f, x, dy, dx, border=0, stride=1):
    return _error(f, x, dy, dx, border, stride, found=lambda z, y: (z - y)[0].abs().max().item())


@mistake("only the first channel is compared: take all")
def first_channel_only(f, x, dy, dx, border=0, stride=1):
    return _error(f, x, dy, dx, border, stride, found=lambda z, y: (z - y)[:, 0].abs().max().item())


@mistake("z is compared with y at i + dy: what was at i - dy has moved to i")
def compared_the_other_way(f, x, dy, dx, border=0, stride=1):
    _error(f, x, dy, dx, border, stride)

    def places(size, by, border):
        return _range(size, -by, border)

    return _error(f, x, dy, dx, border, stride, places=places, sign=-1)


@mistake("y is not moved at all: f(shift(x)) is compared with f(x), which asks for invariance")
def invariance_asked(f, x, dy, dx, border=0, stride=1):
    return _error(f, x, dy, dx, border, stride, sign=0)


@mistake("stride is ignored: after a stride of 2 the picture moves by half as much")
def stride_ignored(f, x, dy, dx, border=0, stride=1):
    return _error(f, x, dy, dx, border, stride, steps=lambda dy, dx, stride: (dy, dx))


@mistake("only the rows are divided by stride: the columns too")
def stride_of_rows_only(f, x, dy, dx, border=0, stride=1):
    return _error(f, x, dy, dx, border, stride, steps=lambda dy, dx, stride: (dy // stride, dx))


@mistake("the border is divided by stride too: it counts rows and columns of the output")
def border_divided(f, x, dy, dx, border=0, stride=1):
    return _error(f, x, dy, dx, border // stride, stride)


@mistake("the size of x is taken for that of f(x): the output may be smaller or larger")
def size_of_the_input(f, x, dy, dx, border=0, stride=1):
    return _error(f, x, dy, dx, border, stride, size=lambda y, x: x.shape[-2:])


@mistake("dy and dx are swapped when the outputs are compared")
def axes_swapped(f, x, dy, dx, border=0, stride=1):
    return _error(f, x, dy, dx, border, stride, steps=lambda dy, dx, stride: (dx // stride, dy // stride))


@mistake("True or False comes back: the error itself is asked for")
def answered_yes_or_no(f, x, dy, dx, border=0, stride=1):
    return _error(f, x, dy, dx, border, stride) < 1e-6


@mistake("numpy takes neither a graph nor what lies on an accelerator: use .item()")
def by_numpy(f, x, dy, dx, border=0, stride=1):
    def found(z, y):
        return float((z - y).abs().numpy().max())

    return _error(f, x, dy, dx, border, stride, found=found)


@mistake("a shift that stride does not divide is accepted: raise a ValueError about stride")
def stride_not_checked(f, x, dy, dx, border=0, stride=1):
    return _error(f, x, dy - dy % stride, dx - dx % stride, border, stride)
