"""normalize_rows: the axis, zero rows, dtype, gradient."""

import pytest
import torch

from grader.suite import (
    check_close,
    check_device,
    check_dtype,
    check_gradients,
    check_manners,
    check_owns_memory,
    check_shape,
    check_that,
    check_vectorised,
)


def by_loop(a):
    rows = []
    for row in a:
        total = sum(row[d] for d in range(len(row)))
        rows.append(row if total.item() == 0 else row / total)
    return torch.stack(rows)


@pytest.mark.visible
def test_normalize_rows_shape(submission, rng):
    """The shape stays."""
    check_shape(submission.normalize_rows(rng.uniform(5, 3)), (5, 3))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_normalize_rows_values(submission):
    """Of 1 and 3 the shares are a quarter and three quarters."""
    got = submission.normalize_rows(torch.tensor([[1.0, 3.0], [2.0, 2.0], [0.0, 5.0]]))
    check_close(got, torch.tensor([[0.25, 0.75], [0.5, 0.5], [0.0, 1.0]]))


def test_normalize_rows_sum_to_one(submission, rng):
    """Each row sums to 1."""
    got = submission.normalize_rows(rng.uniform(5, 3, low=0.1))
    check_shape(got, (5, 3))
    worst = (got.sum(1) - 1).abs().max().item()
    check_that(worst <= 1e-9, "sums of the rows", "1 each", f"up to {worst:.1e} away from 1")


@pytest.mark.weight(3)
def test_normalize_rows_matches_a_loop(submission, rng):
    """Each row is divided by its own sum, also in a square matrix."""
    for dtype in (torch.float32, torch.float64):
        for shape in ((5, 3), (3, 5), (1, 4), (4, 1), (4, 4)):
            a = rng.uniform(*shape, low=0.1, high=2.0, dtype=dtype)
            check_close(submission.normalize_rows(a), by_loop(a))


def test_normalize_rows_when_entries_are_negative(submission):
    """Negative entries are divided as they are."""
    got = submission.normalize_rows(torch.tensor([[-1.0, 3.0], [-2.0, -2.0]]))
    check_close(got, torch.tensor([[-0.5, 1.5], [0.5, 0.5]]))


def test_normalize_rows_when_integers(submission, rng):
    """Counts are divided truly, not as integers, and give float32."""
    counts = rng.integers(1, 9, 5, 3)
    got = submission.normalize_rows(counts)
    check_dtype(got, torch.float32)
    check_close(got, by_loop(counts.double()).float())


@pytest.mark.weight(2)
def test_normalize_rows_gradient(submission, rng):
    """The gradient is right, also for the row's sum below the line."""
    a = rng.uniform(4, 3, low=0.5, high=2.0).requires_grad_()
    check_gradients(submission.normalize_rows, by_loop, a, rng=rng)


def test_normalize_rows_gradient_of_a_zero_row(submission, rng):
    """A row of zeros passes the gradient on as it is, without nan."""
    a = rng.uniform(3, 4, low=0.5)
    a[1] = 0
    check_gradients(submission.normalize_rows, by_loop, a.requires_grad_(), rng=rng)


def test_normalize_rows_when_a_sum_is_zero(submission):
    """A row whose sum is 0 comes back as it is, without nan or inf."""
    a = torch.tensor([[0.0, 0.0], [2.0, -2.0], [1.0, 1.0]])
    check_close(submission.normalize_rows(a), torch.tensor([[0.0, 0.0], [2.0, -2.0], [0.5, 0.5]]))


def test_normalize_rows_when_entries_are_extreme(submission, rng):
    """Tiny and huge rows sum to 1 like any other."""
    for scale in (1e-30, 1e30):
        a = rng.uniform(5, 3, low=0.1)
        check_close(submission.normalize_rows(a * scale), by_loop(a))


@pytest.mark.detail
def test_normalize_rows_when_not_contiguous(submission, rng):
    """The matrix may be a transpose, a cut-out, or one row shown often."""
    a = rng.uniform(6, 5, low=0.1)
    for view in (a.t(), a[::2, 1:4], a[:1].expand(3, 5)):
        check_close(submission.normalize_rows(view), by_loop(view))


@pytest.mark.detail
def test_normalize_rows_is_a_new_tensor(submission, rng):
    """The result does not share memory with the matrix, which stays as it was."""
    a = rng.uniform(5, 3, low=0.1)
    check_owns_memory(submission.normalize_rows(a), a)
    check_manners(submission, lambda: submission.normalize_rows(a))


def test_normalize_rows_without_a_loop(submission, rng):
    """More rows take no more operations."""
    small, large = rng.uniform(3, 4, low=0.1), rng.uniform(30, 8, low=0.1)
    check_vectorised(
        submission, lambda: submission.normalize_rows(small), lambda: submission.normalize_rows(large)
    )


def test_normalize_rows_on_a_device(submission, rng):
    """The result lies on the device of the matrix."""
    check_device(submission.normalize_rows, rng.uniform(5, 3, low=0.1, dtype=torch.float32))
