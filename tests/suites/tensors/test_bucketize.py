"""bucketize: sides, values on a boundary, axes, no boundaries, integers, the ban on torch.bucketize, no loop."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_manners,
    check_shape,
    check_vectorised,
)

FORBIDDEN = ("bucketize", "searchsorted", "histc", "histogram", "histogramdd", "digitize")


def bounds(rng, k, dtype=torch.float64):
    return rng.normal(k, dtype=dtype).sort().values


@pytest.mark.visible
def test_bucketize_shape(submission, rng):
    """A table of values gives a table of buckets."""
    check_shape(submission.bucketize(rng.normal(5, 3), bounds(rng, 4)), (5, 3))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_bucketize_values(submission):
    """Boundaries 1, 2, 5: the values 0.5, 1.5, 3, 9 fall into 0, 1, 2, 3."""
    got = submission.bucketize(torch.tensor([0.5, 1.5, 3.0, 9.0]), torch.tensor([1.0, 2.0, 5.0]))
    check_close(got, torch.tensor([0, 1, 2, 3]))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_bucketize_on_a_boundary(submission):
    """A value that equals a boundary falls into the bucket on the left of it."""
    got = submission.bucketize(torch.tensor([1.0, 2.0, 5.0]), torch.tensor([1.0, 2.0, 5.0]))
    check_close(got, torch.tensor([0, 1, 2]))


@pytest.mark.weight(3)
def test_bucketize_matches_torch(submission, rng):
    """Random values fall where torch's bucketize says."""
    for dtype in (torch.float32, torch.float64):
        for shape, k in (((7,), 4), ((5, 3), 6), ((2, 3, 4), 5), ((4,), 4), ((3,), 1)):
            x, boundaries = rng.normal(*shape, dtype=dtype), bounds(rng, k, dtype)
            check_close(submission.bucketize(x, boundaries), torch.bucketize(x, boundaries))


def test_bucketize_of_integers(submission, rng):
    """Whole numbers meet the boundaries often; they count to the left."""
    x = (10 * rng.uniform(20)).to(torch.int64)
    boundaries = torch.tensor([1, 3, 4, 8])
    check_close(submission.bucketize(x, boundaries), torch.bucketize(x, boundaries))


def test_bucketize_when_boundaries_repeat(submission, rng):
    """A boundary that stands twice counts twice: the bucket between stays empty."""
    x, boundaries = rng.uniform(9, low=0.0, high=3.0), torch.tensor([1.0, 1.0, 2.0], dtype=torch.float64)
    check_close(submission.bucketize(x, boundaries), torch.bucketize(x, boundaries))


def test_bucketize_when_there_is_little(submission, rng):
    """One value without axes, no values, and no boundaries: the formula holds."""
    boundaries = bounds(rng, 3)
    for x, edges in ((rng.normal(), boundaries), (rng.normal(0), boundaries), (rng.normal(4), boundaries[:0])):
        check_close(submission.bucketize(x, edges), torch.bucketize(x, edges))


@pytest.mark.detail
def test_bucketize_when_not_contiguous(submission, rng):
    """The values may be a transpose."""
    x, boundaries = rng.normal(5, 3).t(), bounds(rng, 4)
    check_close(submission.bucketize(x, boundaries), torch.bucketize(x.contiguous(), boundaries))


def test_bucketize_manners(submission, rng):
    """Values, boundaries and torch's state stay as they were."""
    x, boundaries = rng.normal(5), bounds(rng, 4)
    check_manners(submission, lambda: submission.bucketize(x, boundaries))


def test_bucketize_by_hand(submission, rng):
    """Neither a search nor a histogram of torch is used."""
    x, boundaries = rng.normal(5), bounds(rng, 4)
    check_by_hand(
        submission, lambda: submission.bucketize(x, boundaries), forbidden=FORBIDDEN, task="bucketize"
    )


@pytest.mark.parametrize(("n", "k"), [(20, 3), (3, 20)], ids=["more values", "more boundaries"])
def test_bucketize_without_a_loop(submission, rng, n, k):
    """More values or boundaries take no more operations."""
    small, large = (rng.normal(3), bounds(rng, 3)), (rng.normal(n), bounds(rng, k))
    check_vectorised(submission, lambda: submission.bucketize(*small), lambda: submission.bucketize(*large))


def test_bucketize_on_a_device(submission, rng):
    """The buckets lie on the device of the values."""
    check_device(submission.bucketize, rng.normal(5, 3, dtype=torch.float32), bounds(rng, 4, torch.float32))
