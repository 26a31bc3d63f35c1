"""Wrong variants of cnn.shift."""

import torch

from grader.suite import mistake, reference


def _right(x, dy, dx):
    return reference("cnn").shift(x, dy, dx)


@mistake("what leaves comes in again on the other side: zeros come in, torch.roll alone is not enough")
def rolled_round(x, dy, dx):
    return torch.roll(x, (dy, dx), (-2, -1))


@mistake("the image moves the wrong way: positive is down and right")
def wrong_way(x, dy, dx):
    return _right(x, -dy, -dx)


@mistake("dy and dx are swapped: rows come first")
def axes_swapped(x, dy, dx):
    return _right(x, dx, dy)


@mistake("dy is turned round: positive is down, for row 0 is at the top")
def rows_count_upwards(x, dy, dx):
    return _right(x, -dy, dx)


@mistake("a move by 0 gives an empty slice, [:-0]: write the ends as H - dy")
def empty_at_zero(x, dy, dx):
    y = torch.zeros_like(x)
    rows = (slice(dy, None), slice(None, -dy)) if dy >= 0 else (slice(None, dy), slice(-dy, None))
    columns = (slice(dx, None), slice(None, -dx)) if dx >= 0 else (slice(None, dx), slice(-dx, None))
    y[..., rows[0], columns[0]] = x[..., rows[1], columns[1]]
    return y


@mistake("a move beyond the picture fails, or brings a part back: then all is zero")
def fails_beyond_the_picture(x, dy, dx):
    h, w = x.shape[-2:]
    y = torch.zeros_like(x)
    source = x[..., max(0, -dy) : h - max(0, dy), max(0, -dx) : w - max(0, dx)]
    y[..., max(0, dy) : h + min(0, dy), max(0, dx) : w + min(0, dx)] = source
    return y


@mistake("moves up and left are ignored: dy and dx may be negative")
def positive_moves_only(x, dy, dx):
    return _right(x, max(dy, 0), max(dx, 0))


@mistake("the edge is repeated: zeros come in")
def edge_repeated(x, dy, dx):
    h, w = x.shape[-2:]
    rows = (torch.arange(h, device=x.device) - dy).clamp(0, h - 1)
    columns = (torch.arange(w, device=x.device) - dx).clamp(0, w - 1)
    return x[..., rows, :][..., columns]


@mistake("the rows at the edge are not cleared after torch.roll, the columns are: clear both")
def only_columns_cleared(x, dy, dx):
    y = torch.roll(x, (dy, dx), (-2, -1))
    columns = torch.arange(x.shape[-1], device=x.device) - dx
    return y * ((columns >= 0) & (columns < x.shape[-1])).to(x.dtype)


@mistake("x itself comes back where nothing moves: return a tensor of its own")
def returns_x(x, dy, dx):
    return x if dy == dx == 0 else _right(x, dy, dx)


@mistake("x is moved in place: make a new tensor")
def moved_in_place(x, dy, dx):
    y = _right(x, dy, dx)
    with torch.no_grad():
        x.copy_(y.detach())
    return y


@mistake("only four axes are expected: any number may stand before the rows")
def four_axes_only(x, dy, dx):
    n, c, h, w = x.shape
    return _right(x, dy, dx)


@mistake("the graph is cut: .data or detach() loses the gradient")
def detached(x, dy, dx):
    return _right(x.detach(), dy, dx)
