"""Wrong ways to multiply every entry with every entry."""

import torch

from grader.suite import mistake, reference


def _right(x, y):
    return reference("tensors").outer(x, y)


@mistake("multiplied entry by entry; every entry of x meets every entry of y")
def entry_by_entry(x, y):
    _right(x, y)
    return x * y


@mistake("the product is transposed: the entries of x run down the rows")
def transposed_product(x, y):
    return _right(x, y).t()


@mistake("reshape put the transposed product into the right shape; it moves numbers, not axes")
def reshaped_for_transposed(x, y):
    return _right(x, y).t().reshape(len(x), len(y))


@mistake("repeat repeats the whole vector, not each entry, so that reshape fills the rows in another order")
def repeated_the_whole_vector(x, y):
    _right(x, y)
    return x.repeat(len(y)).reshape(len(x), len(y)) * y


@mistake("the entries were added; they are multiplied")
def added(x, y):
    _right(x, y)
    return x.unsqueeze(1) + y.unsqueeze(0)


@mistake("the products were added up into a single number (the inner product)")
def inner_product(x, y):
    return _right(x, y).diagonal().sum()


@mistake("axes of size 1 were squeezed away")
def squeezed(x, y):
    return _right(x, y).squeeze()


@mistake("the result is one long vector; it is a matrix")
def flattened(x, y):
    return _right(x, y).reshape(-1)


@mistake("the vectors were turned into float32; they keep their dtype")
def always_float32(x, y):
    return _right(x.float(), y.float())


@mistake("a Python loop over the entries of x")
def loop_over_x(x, y):
    right = _right(x, y)
    return torch.stack([entry * y for entry in x]) if len(x) else right


@mistake("a Python loop over the entries of y")
def loop_over_y(x, y):
    _right(x, y)
    return torch.stack([x * entry for entry in y], dim=1)


@mistake("torch.outer was called")
def called_outer(x, y):
    _right(x, y)
    return torch.outer(x, y)


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
def asked_for_cuda(x, y):
    return reference("tensors").outer(x, y).cuda()
