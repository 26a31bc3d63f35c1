"""impute_mean: columns, all missing, nothing missing, copy, gradient."""

import math

import pytest
import torch

from grader.suite import (
    check_close,
    check_device,
    check_gradients,
    check_manners,
    check_owns_memory,
    check_shape,
    check_vectorised,
)

ROOM = {torch.float32: 1e-4, torch.float64: 1e-6}  # ten times what 1 / (a count that torch made) is off


def by_loop(table):
    columns = []
    for column in table.unbind(1):
        present = [value for value in column if not value.isnan()]
        mean = sum(present) / len(present) if present else torch.zeros((), dtype=table.dtype)
        columns.append(torch.stack([mean if value.isnan() else value for value in column]))
    return torch.stack(columns, dim=1)


def with_holes(rng, *shape, dtype=torch.float64):
    """Draw a table with holes in every column, the first row without any, so that no column is empty."""
    table, holes = rng.normal(*shape, mean=3.0, dtype=dtype), rng.bool(*shape)
    holes[-1], holes[0] = True, False
    return table.masked_fill(holes, math.nan)


@pytest.mark.visible
def test_impute_mean_shape(submission, rng):
    """The table keeps its shape."""
    check_shape(submission.impute_mean(with_holes(rng, 5, 3)), (5, 3))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_impute_mean_values(submission):
    """A hole between 1 and 3 becomes 2, a hole beside 4 becomes 4."""
    table = torch.tensor([[1.0, math.nan], [math.nan, 4.0], [3.0, math.nan]])
    check_close(submission.impute_mean(table), torch.tensor([[1.0, 4.0], [2.0, 4.0], [3.0, 4.0]]))


@pytest.mark.weight(3)
def test_impute_mean_matches_a_loop(submission, rng):
    """Each hole is filled from its own column, and only the holes are."""
    for dtype in (torch.float32, torch.float64):
        for shape in ((7, 3), (3, 7), (4, 4), (6, 1), (2, 1)):
            table = with_holes(rng, *shape, dtype=dtype)
            check_close(submission.impute_mean(table), by_loop(table), rtol=ROOM[dtype])


@pytest.mark.weight(2)
def test_impute_mean_when_a_column_is_empty(submission):
    """A column without any number becomes 0; its neighbours are not touched."""
    table = torch.tensor([[1.0, math.nan, math.nan], [math.nan, math.nan, 6.0]])
    check_close(submission.impute_mean(table), torch.tensor([[1.0, 0.0, 6.0], [1.0, 0.0, 6.0]]))


def test_impute_mean_of_one_row(submission):
    """In a table of one row a hole has no column to take a mean of."""
    check_close(submission.impute_mean(torch.tensor([[5.0, math.nan]])), torch.tensor([[5.0, 0.0]]))


def test_impute_mean_when_nothing_is_missing(submission, rng):
    """A full table comes back as a copy, not as itself."""
    table = rng.normal(5, 3)
    got = submission.impute_mean(table)
    check_close(got, table)
    check_owns_memory(got, table)


def test_impute_mean_when_numbers_are_zero(submission):
    """A 0 is a number, not a hole, and counts in the mean."""
    table = torch.tensor([[0.0, 0.0], [math.nan, 0.0], [6.0, math.nan]])
    check_close(submission.impute_mean(table), torch.tensor([[0.0, 0.0], [3.0, 0.0], [6.0, 0.0]]))


@pytest.mark.weight(2)
def test_impute_mean_gradient(submission, rng):
    """A number receives its own gradient and its share of the holes' gradients."""
    table = with_holes(rng, 6, 3).requires_grad_()
    check_gradients(submission.impute_mean, by_loop, table, rng=rng, rtol=1e-6)


@pytest.mark.detail
def test_impute_mean_when_not_contiguous(submission, rng):
    """The table may be a transpose, a cut-out, or one row shown often."""
    table = with_holes(rng, 6, 5)
    for view in (table.t(), table[::2, 1:4], table[2:3].expand(4, 5)):
        check_close(submission.impute_mean(view), by_loop(view), rtol=1e-6)


def test_impute_mean_manners(submission, rng):
    """The table keeps its holes, and torch's state stays as it was."""
    table = with_holes(rng, 5, 3)
    check_manners(submission, lambda: submission.impute_mean(table))


@pytest.mark.parametrize("shape", [(30, 3), (4, 30)])
def test_impute_mean_without_a_loop(submission, rng, shape):
    """More rows and more columns take no more operations."""
    small, large = with_holes(rng, 4, 3), with_holes(rng, *shape)
    check_vectorised(submission, lambda: submission.impute_mean(small), lambda: submission.impute_mean(large))


def test_impute_mean_on_a_device(submission, rng):
    """The filled table lies on the device of the table."""
    check_device(submission.impute_mean, with_holes(rng, 5, 3, dtype=torch.float32))
