"""Wrong variants of rnn.check_masked_mean."""

import contextlib

import torch
from torch.testing import assert_close

from grader.suite import mistake


def batch(steps, width=5, features=3, padding=7.0, dtype=torch.float64):
    """Return sequences with numbers of all signs, and `padding` after each."""
    x = torch.randn(len(steps), width, features, dtype=dtype, generator=torch.Generator().manual_seed(4))
    for row, n in zip(x, steps, strict=True):
        row[n:] = padding
    return x, torch.tensor(steps)


def right(x, lengths):
    """Go over the sequences."""
    return torch.stack([row[:n].mean(0) for row, n in zip(x, lengths.tolist(), strict=True)])


def values(masked_mean, steps, **options):
    """Compare the means of a batch."""
    x, lengths = batch(steps, **options)
    want = right(x, lengths)
    y = masked_mean(x, lengths)
    assert_close(y, want)


@mistake("the check returns whether all is well: only `assert`, or raising AssertionError, says that it is not")
def returns_the_answer(masked_mean):
    x, lengths = batch([2, 5, 1])
    return bool(torch.allclose(masked_mean(x, lengths), right(x, lengths)))


@mistake("nothing gets caught: nothing is compared, or the AssertionError is caught on the way")
def swallows_its_own_error(masked_mean):
    with contextlib.suppress(Exception):
        values(masked_mean, [2, 5, 1])


@mistake("only shape and dtype are looked at: compare the numbers too")
def shape_and_dtype(masked_mean):
    x, lengths = batch([2, 5, 1])
    y = masked_mean(x, lengths)
    assert y.shape == (3, 3)
    assert y.dtype == x.dtype


@mistake("all sequences are as long as the batch: no padding is there")
def full_lengths(masked_mean):
    values(masked_mean, [5, 5, 5])


@mistake("all lengths are equal: let them differ")
def equal_lengths(masked_mean):
    values(masked_mean, [3, 3, 3])


@mistake("the padding is zeros alone: a mask by value, or a sum over it, goes unseen; try other numbers")
def zeros_as_padding(masked_mean):
    values(masked_mean, [2, 5, 1, 4], padding=0.0)


@mistake("the padding is finite: 0 times nan is nan, so try nan too")
def finite_padding(masked_mean):
    values(masked_mean, [2, 5, 1, 4])


@mistake("the longest sequence stands first, the next after it: try lengths in no order")
def falling_lengths(masked_mean):
    for padding in (0.0, 7.0, torch.nan):
        values(masked_mean, [5, 4, 2, 1], padding=padding)


@mistake("there is a single feature: a mean over features too goes unseen")
def one_feature(masked_mean):
    for padding in (0.0, 7.0, torch.nan):
        values(masked_mean, [2, 5, 1, 4], features=1, padding=padding)


@mistake("there is a single sequence: nothing can be in the place of another")
def one_sequence(masked_mean):
    for padding in (0.0, 7.0, torch.nan):
        values(masked_mean, [3], padding=padding)


@mistake("the lengths are 1 and T alone: take one between them")
def shortest_and_longest(masked_mean):
    for padding in (0.0, 7.0, torch.nan):
        values(masked_mean, [1, 5, 1], padding=padding)


@mistake("only numbers are compared: that x stays as it was, and that gradients flow, is not looked at")
def numbers_alone(masked_mean):
    for padding in (0.0, 7.0, torch.nan):
        values(masked_mean, [2, 5, 1, 4], padding=padding)


@mistake("the result is compared in float32, so that a result in single precision passes")
def converted_before(masked_mean):
    x, lengths = batch([2, 5, 1, 4], padding=torch.nan)
    assert_close(masked_mean(x, lengths).float(), right(x, lengths).float())


@mistake("the means have to be equal to the last digit: right code rounds in other ways, so allow for a tolerance")
def exact_equality(masked_mean):
    x, lengths = batch([2, 5, 3, 4])
    assert torch.equal(masked_mean(x, lengths), right(x, lengths))


@mistake("a ValueError is raised: only an AssertionError says that the mean is wrong")
def raises_value_error(masked_mean):
    x, lengths = batch([2, 5, 1])
    if not torch.allclose(masked_mean(x, lengths), right(x, lengths)):
        raise ValueError("wrong mean")
