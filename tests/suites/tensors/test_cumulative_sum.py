"""cumulative_sum: order of the sums, integers, gradient, the ban on cumsum, no loop."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_gradients,
    check_manners,
    check_shape,
    check_vectorised,
)

FORBIDDEN = ("cumsum", "cumprod", "logcumsumexp", "cumulative_trapezoid", "tril", "triu")


def summed(x):
    return torch.cumsum(x, 0)


@pytest.mark.visible
def test_cumulative_sum_shape(submission, rng):
    """Five entries give five sums."""
    check_shape(submission.cumulative_sum(rng.normal(5)), (5,))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_cumulative_sum_values(submission):
    """3, 1, 4, 1 sum up to 3, 4, 8, 9 on the way."""
    check_close(submission.cumulative_sum(torch.tensor([3, 1, 4, 1])), torch.tensor([3, 4, 8, 9]))


@pytest.mark.weight(3)
@pytest.mark.parametrize("dtype", [torch.int64, torch.float32, torch.float64], ids=["int64", "float32", "float64"])
def test_cumulative_sum_matches_torch(submission, rng, dtype):
    """Random vectors of any length give what torch's cumsum gives."""
    for n in (1, 2, 3, 8, 13):
        x = (100 * rng.normal(n)).to(dtype)
        check_close(submission.cumulative_sum(x), summed(x))


@pytest.mark.weight(2)
def test_cumulative_sum_gradient(submission, rng):
    """Each entry gets the gradients of all sums from its place on."""
    check_gradients(submission.cumulative_sum, summed, rng.normal(6).requires_grad_(), rng=rng)


def test_cumulative_sum_when_there_is_nothing(submission, rng):
    """No entries give no sums."""
    check_close(submission.cumulative_sum(rng.normal(0)), rng.normal(0))


@pytest.mark.detail
def test_cumulative_sum_when_not_contiguous(submission, rng):
    """The vector may be a column of a table."""
    x = rng.normal(5, 3)[:, 1]
    check_close(submission.cumulative_sum(x), summed(x))


def test_cumulative_sum_manners(submission, rng):
    """The vector and torch's state stay as they were."""
    x = rng.normal(5)
    check_manners(submission, lambda: submission.cumulative_sum(x))


def test_cumulative_sum_by_hand(submission, rng):
    """Neither cumsum nor a ready-made triangle is used."""
    x = rng.normal(5)
    check_by_hand(submission, lambda: submission.cumulative_sum(x), forbidden=FORBIDDEN, task="cumulative_sum")


def test_cumulative_sum_without_a_loop(submission, rng):
    """A longer vector takes no more operations."""
    small, large = rng.normal(3), rng.normal(20)
    check_vectorised(
        submission, lambda: submission.cumulative_sum(small), lambda: submission.cumulative_sum(large)
    )


def test_cumulative_sum_on_a_device(submission, rng):
    """The sums lie on the device of the vector."""
    check_device(submission.cumulative_sum, rng.normal(5, dtype=torch.float32))
