"""Wrong ways to keep the lower triangle."""

import torch

from grader.suite import mistake, reference


def _right(a):
    return reference("tensors").lower_triangle(a)


def _places(a):
    rows, columns = (torch.arange(size, device=a.device) for size in a.shape[-2:])
    return rows.unsqueeze(1), columns


@mistake("the diagonal itself became 0; it stays")
def diagonal_lost(a):
    rows, columns = _places(a)
    return torch.where(columns < rows, a, _right(a) * 0)


@mistake("the upper triangle was kept; what lies on and below the diagonal stays")
def upper_triangle(a):
    rows, columns = _places(a)
    return torch.where(columns >= rows, a, _right(a) * 0)


@mistake("the first axis was taken for the rows; the rows are the last axis but one")
def first_axes_for_the_matrix(a):
    if a.ndim == 2:
        return _right(a)
    return _right(a.movedim((0, 1), (-2, -1))).movedim((-2, -1), (0, 1))


@mistake("multiplied by a table of 0 and 1: nan and infinity times 0 are nan, so choose in place of multiplying")
def multiplied_by_the_table(a):
    return a * _right(torch.ones_like(a))


@mistake("the diagonal was taken for the one that ends in the last corner: it starts at the first entry")
def diagonal_of_the_last_corner(a):
    rows, columns = _places(a)
    return torch.where(columns - a.shape[-1] <= rows - a.shape[-2], a, _right(a) * 0)


@mistake("what lies above was filled with -inf, as for a softmax; it becomes 0")
def filled_with_minus_infinity(a):
    rows, columns = _places(a)
    return torch.where(columns <= rows, _right(a.double()).to(a.dtype), -float("inf"))


@mistake("the table of yes and no was returned; the entries themselves stay")
def table_returned(a):
    return _right(torch.ones_like(a)).bool()


@mistake("a table of ones and zeros was returned; the entries themselves stay")
def ones_in_place_of_entries(a):
    return _right(torch.ones_like(a))


@mistake("the matrix was turned into float32; it keeps its dtype")
def always_float32(a):
    return _right(a.float())


@mistake("a Python loop over the rows")
def loop_over_rows(a):
    right = _right(a)
    columns = torch.arange(a.shape[-1], device=a.device)
    rows = [torch.where(columns <= n, a[..., n, :], right[..., n, :] * 0) for n in range(a.shape[-2])]
    return torch.stack(rows, dim=-2)


@mistake("torch.tril was called")
def called_tril(a):
    _right(a)
    return torch.tril(a)


@mistake("the positions lie on the CPU: make them on the device of a")
def positions_on_the_cpu(a):
    _right(a)
    rows, columns = (torch.arange(size) for size in a.shape[-2:])
    return torch.where(columns <= rows.unsqueeze(1), a, 0)
