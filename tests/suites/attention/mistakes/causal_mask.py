"""Wrong variants of attention.causal_mask."""

import torch

from grader.suite import mistake


def _ones(length, device):
    return torch.ones(length, length, dtype=torch.bool, device=device)


@mistake("rows and columns are exchanged: a row belongs to the token that looks, and holds True up to itself")
def later_ones_seen(length, device=None):
    return _ones(length, device).triu()


@mistake("True marks what is hidden: it marks what may be seen")
def true_is_hidden(length, device=None):
    return _ones(length, device).triu(1)


@mistake("no token sees itself: the diagonal belongs to what is seen")
def without_the_diagonal(length, device=None):
    return _ones(length, device).tril(-1)


@mistake("every token sees the one after it: nothing above the diagonal may be seen")
def one_ahead(length, device=None):
    return _ones(length, device).tril(1)


@mistake("everything may be seen: what lies above the diagonal is the future")
def everything(length, device=None):
    return _ones(length, device)


@mistake("each token sees itself alone: those before it are seen as well")
def diagonal_alone(length, device=None):
    return torch.eye(length, dtype=torch.bool, device=device)


@mistake("each token sees itself and the one before alone: all before it are seen")
def band_of_two(length, device=None):
    return _ones(length, device).tril().triu(-1)


@mistake("the mask is 1 and 0 in floating point: it is boolean")
def floats(length, device=None):
    return torch.ones(length, length, device=device).tril()


@mistake("the mask is 0 and -inf, to be added to scores: it is boolean")
def to_be_added(length, device=None):
    return torch.full((length, length), -torch.inf, device=device).triu(1)


@mistake("the mask is 1 and 0 as integers: it is boolean")
def integers(length, device=None):
    return torch.ones(length, length, dtype=torch.int64, device=device).tril()


@mistake("the mask has axes for batch and heads: (T, T) is asked for, it broadcasts by itself")
def with_more_axes(length, device=None):
    return _ones(length, device).tril()[None, None]


@mistake("the device is not used: the mask is made on the CPU")
def on_the_cpu(length, device=None):
    return _ones(length, None).tril()


@mistake("a list of lists came back: a tensor is asked for")
def a_list(length, device=None):
    return [[seen <= looking for seen in range(length)] for looking in range(length)]
