"""Wrong ways to sum up on the way."""

import torch

from grader.suite import mistake, reference


def _right(x):
    return reference("tensors").cumulative_sum(x)


@mistake("the entry itself is left out: y[n] is x[0] + ... + x[n - 1]")
def strictly_before(x):
    return _right(x) - x


@mistake("the sums run from n to the end; they run from 0 to n")
def summed_from_the_end(x):
    return _right(x.flip(0)).flip(0)


@mistake("the sums stand in reversed order")
def reversed_sums(x):
    return _right(x.flip(0))


@mistake("the table was added up over both axes: a single number is left")
def summed_over_both_axes(x):
    return _right(x).sum()


@mistake("every sum is the whole sum: no comparison of positions chooses")
def whole_sum_everywhere(x):
    return _right(x)[-1:].expand(len(x)).clone()


@mistake("the table of terms was returned; its rows are to be added up")
def table_not_summed(x):
    position = torch.arange(len(x), device=x.device)
    return torch.where(position <= position.unsqueeze(1), x, _right(x) * 0)


@mistake("the means on the way: the sums are not divided by the number of terms")
def divided_by_the_count(x):
    return _right(x) / torch.arange(1, len(x) + 1, device=x.device)


@mistake("each entry was added to the one before alone; the sum goes on")
def neighbours_added(x):
    _right(x)
    return torch.where(torch.arange(len(x), device=x.device) > 0, x + x.roll(1), x)


@mistake("the sums were turned into float32; they keep the dtype of x")
def always_float32(x):
    return _right(x.float())


@mistake("the gradient is cut off: the sums were computed without a graph")
def cut_from_the_graph(x):
    return _right(x.detach())


@mistake("a Python loop over the entries")
def loop_over_entries(x):
    total, sums = _right(x)[:1] * 0, []
    for entry in x:
        total = total + entry
        sums.append(total)
    return torch.cat(sums) if sums else _right(x)


@mistake("torch.cumsum was called")
def called_cumsum(x):
    _right(x)
    return torch.cumsum(x, 0)


@mistake("the positions lie on the CPU: make them on the device of x")
def positions_on_the_cpu(x):
    _right(x)
    position = torch.arange(len(x))
    return torch.where(position <= position.unsqueeze(1), x, 0).sum(dim=1)
