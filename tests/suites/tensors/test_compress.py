"""compress: order, rows that keep different numbers, all and none, dtypes, gradient, no loop."""

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

FORBIDDEN = ("masked_select", "nonzero", "argwhere")


def moved(x, mask):
    """Return what is asked for, row by row."""
    rows = []
    for row, keeps in zip(x, mask, strict=True):
        kept = row[keeps]
        rows.append(torch.cat([kept, row.new_zeros(len(row) - len(kept))]))
    return torch.stack(rows)


def draw(rng, n, t):
    return rng.normal(n, t), rng.uniform(n, t) < 0.5


@pytest.mark.visible
def test_compress_shape(submission, rng):
    """Four rows of six entries stay four rows of six."""
    check_shape(submission.compress(*draw(rng, 4, 6)), (4, 6))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_compress_values(submission):
    """Of (1, 2, 3) the last two, of (4, 5, 6) the outer two move to the front."""
    mask = torch.tensor([[False, True, True], [True, False, True]])
    got = submission.compress(torch.tensor([[1, 2, 3], [4, 5, 6]]), mask)
    check_close(got, torch.tensor([[2, 3, 0], [4, 6, 0]]))


@pytest.mark.weight(3)
@pytest.mark.parametrize("dtype", [torch.int64, torch.float32, torch.float64], ids=["int64", "float32", "float64"])
def test_compress_matches_a_loop(submission, rng, dtype):
    """Random rows and masks give what a loop over the rows gives."""
    for n, t in ((4, 6), (1, 7), (7, 2), (5, 1)):
        x, mask = draw(rng, n, t)
        x = (100 * x).to(dtype)
        check_close(submission.compress(x, mask), moved(x, mask))


@pytest.mark.weight(2)
def test_compress_of_long_rows(submission, rng):
    """Also in rows of 200 entries those that are kept stay in order."""
    x, mask = draw(rng, 3, 200)
    check_close(submission.compress(x, mask), moved(x, mask))


def test_compress_when_all_or_none_are_kept(submission, rng):
    """A row that keeps all stays as it is; one that keeps none is zeros."""
    x, mask = draw(rng, 4, 5)
    mask[1], mask[2] = True, False
    check_close(submission.compress(x, mask), moved(x, mask))


def test_compress_when_zeros_are_kept(submission, rng):
    """An entry of 0 that is kept has its place as others do."""
    x = torch.tensor([[0.0, 0.0, 5.0, 0.0, 7.0], [0.0, 1.0, 0.0, 2.0, 0.0]])
    mask = torch.tensor([[True, False, True, True, True], [False, True, True, True, False]])
    check_close(submission.compress(x, mask), moved(x, mask))


@pytest.mark.weight(2)
def test_compress_gradient(submission, rng):
    """The gradient goes to what is kept, and 0 to the others."""
    x, mask = draw(rng, 4, 6)
    check_gradients(lambda x: submission.compress(x, mask), lambda x: moved(x, mask), x.requires_grad_(), rng=rng)


@pytest.mark.detail
def test_compress_when_not_contiguous(submission, rng):
    """Entries and mask may be transposes."""
    x, mask = draw(rng, 6, 4)
    check_close(submission.compress(x.t(), mask.t()), moved(x.t(), mask.t()))


def test_compress_manners(submission, rng):
    """Entries, mask and torch's state stay as they were."""
    x, mask = draw(rng, 4, 6)
    check_manners(submission, lambda: submission.compress(x, mask))


def test_compress_by_hand(submission, rng):
    """No function that lists what is kept is used."""
    x, mask = draw(rng, 4, 6)
    check_by_hand(submission, lambda: submission.compress(x, mask), forbidden=FORBIDDEN, task="compress")


@pytest.mark.parametrize(("n", "t"), [(20, 3), (3, 20)])
def test_compress_without_a_loop(submission, rng, n, t):
    """More and longer rows take no more operations."""
    small, large = draw(rng, 3, 3), draw(rng, n, t)
    check_vectorised(submission, lambda: submission.compress(*small), lambda: submission.compress(*large))


def test_compress_on_a_device(submission, rng):
    """The result lies on the device of the entries."""
    x, mask = draw(rng, 4, 6)
    check_device(submission.compress, x.to(torch.float32), mask)
