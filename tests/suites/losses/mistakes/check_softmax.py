"""Wrong variants of losses.check_softmax."""

import contextlib

import torch
from torch.testing import assert_close

from grader.suite import mistake

ROWS = [[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]]


@mistake("the check returns whether all is well: only `assert`, or raising AssertionError, says that it is not")
def returns_the_answer(softmax):
    x = torch.tensor(ROWS)
    return bool(torch.allclose(softmax(x, 1), torch.softmax(x, 1)))


@mistake("nothing gets caught: no number is compared, or the AssertionError is caught on the way")
def swallows_its_own_error(softmax):
    x = torch.tensor(ROWS)
    with contextlib.suppress(Exception):
        assert_close(softmax(x, 1), torch.softmax(x, 1))


@mistake("only shape and dtype are looked at: compare the numbers too")
def shape_and_dtype(softmax):
    x = torch.randn(5, 3, dtype=torch.float64)
    y = softmax(x, 1)
    assert y.shape == x.shape
    assert y.dtype == x.dtype


@mistake("that probabilities are positive and sum to 1 holds for many wrong ones: compare with right numbers")
def sums_of_rows(softmax):
    for scale in (1.0, 1000.0):
        y = softmax(scale * torch.tensor(ROWS), 1)
        assert_close(y.sum(1), torch.ones(2))
        assert (y >= 0).all()


@mistake("all scores are equal, and the probabilities too: take scores that differ")
def equal_scores(softmax):
    assert_close(softmax(torch.ones(2, 4), 1), torch.full((2, 4), 0.25))


@mistake("with one row and one axis no fault of an axis shows: take several shapes, and each dim")
def one_row(softmax):
    for scale in (1.0, 1000.0):
        x = scale * torch.tensor(ROWS[0])
        assert_close(softmax(x, 0), torch.softmax(x, 0))


@mistake("the scores are all positive: take negative ones too")
def positive_scores(softmax):
    for shape, dim in (((4, 3), 0), ((4, 3), 1), ((2, 3, 4), 1)):
        for scale in (1.0, 1000.0):
            x = scale * torch.rand(shape, dtype=torch.float64)
            before = x.clone()
            assert_close(softmax(x, dim), torch.softmax(before, dim))
            assert torch.equal(x, before)


@mistake("the numbers have to be equal to the last digit: right code rounds in other ways, so allow for a tolerance")
def exact_equality(softmax):
    x = torch.tensor(ROWS, dtype=torch.float64)
    for dim in (0, 1):
        assert torch.equal(softmax(x, dim), torch.softmax(x, dim))


@mistake("the tolerance is so wide that an error in the third digit passes")
def wide_tolerance(softmax):
    for shape, dim in (((4, 3), 0), ((4, 3), 1), ((2, 3, 4), 1)):
        for scale in (1.0, 1000.0):
            x = scale * torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
            before = x.clone()
            assert_close(softmax(x, dim), torch.softmax(before, dim), rtol=0, atol=0.01)
            assert torch.equal(x, before)


@mistake("the scores are all small: code that overflows at 1000 passes")
def small_scores(softmax):
    for shape, dim in (((4, 3), 0), ((4, 3), 1), ((2, 3, 4), 1)):
        x = torch.randn(shape, dtype=torch.float64)
        before = x.clone()
        assert_close(softmax(x, dim), torch.softmax(before, dim))
        assert torch.equal(x, before)


@mistake("of large scores only finite results are asked: compare their numbers too")
def large_scores_are_finite(softmax):
    x = torch.tensor(ROWS, dtype=torch.float64)
    for dim in (0, 1):
        before = x.clone()
        assert_close(softmax(x, dim), torch.softmax(before, dim))
        assert torch.equal(x, before)
    assert softmax(1000 + x, 1).isfinite().all()


@mistake("only the last axis is tried: try every dim")
def last_axis_alone(softmax):
    for scale in (1.0, 1000.0):
        x = scale * torch.tensor(ROWS)
        assert_close(softmax(x, -1), torch.softmax(x, -1))


@mistake("every x has two axes: with three of them dim can be neither the first nor the last")
def two_axes(softmax):
    for scale in (1.0, 1000.0):
        for dim in (0, 1):
            x = scale * torch.tensor(ROWS, dtype=torch.float64)
            before = x.clone()
            assert_close(softmax(x, dim), torch.softmax(before, dim))
            assert torch.equal(x, before)


@mistake("the softmax is compared with that of the same x: what changes x changes both; keep a copy before")
def expected_after_the_call(softmax):
    for shape, dim in (((5, 3), 0), ((5, 3), 1), ((2, 3, 4), 1)):
        for scale in (1.0, 1000.0):
            x = scale * torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
            assert_close(softmax(x, dim), torch.softmax(x, dim))


@mistake("a ValueError is raised: only an AssertionError says that the softmax is wrong")
def raises_value_error(softmax):
    x = torch.tensor(ROWS, dtype=torch.float64)
    if not torch.allclose(softmax(x, 1), torch.softmax(x, 1)):
        raise ValueError("wrong softmax")
