"""Wrong ways to tell buckets."""

import torch

from grader.suite import mistake, reference


def _right(x, boundaries):
    return reference("tensors").bucketize(x, boundaries)


@mistake("a value on a boundary fell to the right of it: <= counts the boundary itself, < does not")
def boundary_counted(x, boundaries):
    _right(x, boundaries)
    return (boundaries <= x.unsqueeze(-1)).sum(dim=-1)


@mistake("the boundaries above were counted; those below are")
def counted_above(x, boundaries):
    _right(x, boundaries)
    return (boundaries > x.unsqueeze(-1)).sum(dim=-1)


@mistake("the buckets count from 1; the first one is 0")
def counted_from_one(x, boundaries):
    return _right(x, boundaries) + 1


@mistake("the buckets count from -1: nothing is subtracted from the number of boundaries below")
def counted_from_minus_one(x, boundaries):
    return _right(x, boundaries) - 1


@mistake("the last bucket was closed: there is one more bucket than boundaries")
def last_bucket_closed(x, boundaries):
    return _right(x, boundaries).clamp(max=max(len(boundaries) - 1, 0))


@mistake("summed over the values: how many values lie above each boundary")
def summed_over_the_values(x, boundaries):
    _right(x, boundaries)
    return (boundaries < x.unsqueeze(-1)).sum(dim=tuple(range(x.ndim)))


@mistake("the new axis is missing: values and boundaries met one by one")
def met_one_by_one(x, boundaries):
    _right(x, boundaries)
    return (boundaries < x).sum(dim=-1)


@mistake("the table of comparisons was returned; its true ones are to be counted")
def table_returned(x, boundaries):
    _right(x, boundaries)
    return boundaries < x.unsqueeze(-1)


@mistake("it was asked whether any boundary lies below, and not how many")
def any_boundary(x, boundaries):
    return _right(x, boundaries).clamp(max=1)


@mistake("how many values fall into each bucket was counted; the bucket of each value is asked for")
def histogram(x, boundaries):
    return _right(x, boundaries).reshape(-1).bincount(minlength=len(boundaries) + 1)


@mistake("the nearest boundary was taken; what counts is how many lie below")
def nearest_boundary(x, boundaries):
    _right(x, boundaries)
    return (boundaries - x.unsqueeze(-1)).abs().argmin(dim=-1) if len(boundaries) else _right(x, boundaries)


@mistake("boundaries that repeat were made one; each counts")
def repeated_boundaries_made_one(x, boundaries):
    return _right(x, boundaries.unique())


@mistake("the buckets are float numbers; they are int64")
def counted_in_float(x, boundaries):
    return _right(x, boundaries).float()


@mistake("a Python loop over the boundaries")
def loop_over_boundaries(x, boundaries):
    count = _right(x, boundaries) * 0
    for boundary in boundaries:
        count = count + (boundary < x)
    return count


@mistake("torch.bucketize was called")
def called_bucketize(x, boundaries):
    _right(x, boundaries)
    return torch.bucketize(x, boundaries)


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
def asked_for_cuda(x, boundaries):
    return _right(x, boundaries).cuda()
