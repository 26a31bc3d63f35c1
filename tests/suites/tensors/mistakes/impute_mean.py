"""Wrong ways to fill holes."""

import math

import torch

from grader.suite import mistake, reference


def _right(table):
    return reference("tensors").impute_mean(table)


@mistake(
    "the holes stayed: `table == nan` is never true (use isnan), or what was filled is not what came back"
)
def compared_with_nan(table):
    return torch.where(table == math.nan, torch.zeros_like(table), table)


@mistake("a hole was filled with the mean of its row; the mean of its column is asked for")
def filled_from_the_row(table):
    return _right(table.t()).t().contiguous()


@mistake("the sum was divided by the number of rows; only the numbers that are there count")
def divided_by_all_rows(table):
    missing = table.isnan()
    return torch.where(missing, table.masked_fill(missing, 0).mean(dim=0), table)


@mistake("a column without any number stayed nan (0 / 0); it becomes 0")
def empty_column_stays_nan(table):
    return torch.where(table.isnan(), table.nanmean(dim=0), table)


@mistake("the holes were filled in the caller's own table; return a copy")
def filled_in_place(table):
    missing, filled = table.isnan(), _right(table.detach())
    table[missing] = filled[missing]
    return table


@mistake("a table without holes came back as itself; a copy is asked for in any case")
def returned_the_table(table):
    return _right(table) if table.isnan().any() else table


@mistake("one mean of the whole table filled all holes; each column has its own")
def mean_of_the_whole_table(table):
    missing = table.isnan()
    mean = table.masked_fill(missing, 0).sum() / (~missing).sum().clamp(min=1)
    return torch.where(missing, mean, table)


@mistake("the holes became 0, not the mean of their column")
def filled_with_zero(table):
    return table.nan_to_num(nan=0.0)


@mistake("the holes were filled with the median of their column, not with the mean")
def filled_with_the_median(table):
    return torch.where(table.isnan(), table.nanmedian(dim=0).values.nan_to_num(nan=0.0), table)


@mistake("every entry of a column that has a hole became the mean; the numbers that are there stay")
def replaced_whole_columns(table):
    right = _right(table)
    return torch.where(table.isnan().any(dim=0), right.mean(dim=0), right)


@mistake("zeros were counted as holes; a 0 is a number")
def zeros_are_holes(table):
    return _right(table.masked_fill(table == 0, math.nan))


@mistake("the means left the graph: the numbers get no gradient from the holes of their column")
def detached_means(table):
    return torch.where(table.isnan(), _right(table.detach()), table)


@mistake("a Python loop over the columns")
def loop_over_columns(table):
    return torch.cat([_right(table[:, d : d + 1]) for d in range(table.shape[1])], dim=1)


@mistake("a Python loop over the rows")
def loop_over_rows(table):
    missing = table.isnan()
    mean = table.masked_fill(missing, 0).sum(dim=0) / (~missing).sum(dim=0).clamp(min=1)
    return torch.stack([torch.where(hole, mean, row) for hole, row in zip(missing, table, strict=True)])


@mistake("the numbers went through numpy, which knows no device and no gradient: stay with torch")
def through_numpy(table):
    return torch.from_numpy(reference("tensors").impute_mean(table).detach().numpy())


@mistake("the code asks for cuda, which is not everywhere: compute on the device of table")
def asked_for_cuda(table):
    return reference("tensors").impute_mean(table).cuda()
