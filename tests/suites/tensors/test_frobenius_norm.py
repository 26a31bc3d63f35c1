"""frobenius_norm: the formula, batches, gradient, the ban on torch.norm."""

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

FORBIDDEN = (
    "norm", "linalg", "matrix_norm", "vector_norm", "linalg_matrix_norm", "linalg_vector_norm", "linalg_norm",
    "normalize", "dist", "cdist",
)  # fmt: skip


@pytest.mark.visible
def test_frobenius_norm_shape(submission, rng):
    """One matrix has one norm, a tensor without axes."""
    check_shape(submission.frobenius_norm(rng.normal(5, 3)), ())


@pytest.mark.visible
@pytest.mark.weight(2)
def test_frobenius_norm_values(submission):
    """1, 4, 2, 2 squared add up to 25, and the root of it is 5."""
    check_close(submission.frobenius_norm(torch.tensor([[1.0, -4.0], [2.0, 2.0]])), torch.tensor(5.0))


@pytest.mark.weight(3)
def test_frobenius_norm_matches_torch(submission, rng):
    """Random matrices, alone or in a batch, have the norm that torch gives."""
    for dtype in (torch.float32, torch.float64):
        for shape in ((5, 3), (1, 4), (4, 1), (1, 1), (3, 3), (6, 5, 3), (2, 1, 5, 3)):
            a = rng.normal(*shape, std=3.0, dtype=dtype)
            check_close(submission.frobenius_norm(a), torch.linalg.matrix_norm(a, ord="fro"))


@pytest.mark.weight(2)
def test_frobenius_norm_gradient(submission, rng):
    """The gradient is right, for one matrix and for a batch."""
    for shape in ((5, 3), (4, 2, 3)):
        a = rng.normal(*shape).requires_grad_()
        check_gradients(submission.frobenius_norm, torch.linalg.matrix_norm, a, rng=rng)


def test_frobenius_norm_of_zero(submission):
    """The zero matrix has the norm 0."""
    check_close(submission.frobenius_norm(torch.zeros(5, 3)), torch.tensor(0.0))


@pytest.mark.detail
def test_frobenius_norm_when_not_contiguous(submission, rng):
    """The matrix may be a transpose, a cut-out, or one row shown often."""
    a = rng.normal(6, 5)
    for view in (a.t(), a[::2, 1:4], a[:1].expand(3, 5)):
        check_close(submission.frobenius_norm(view), torch.linalg.matrix_norm(view))


def test_frobenius_norm_manners(submission, rng):
    """The matrix and torch's state stay as they were."""
    a = rng.normal(5, 3)
    check_manners(submission, lambda: submission.frobenius_norm(a))


def test_frobenius_norm_by_hand(submission, rng):
    """No ready-made norm is used."""
    a = rng.normal(5, 3)
    check_by_hand(
        submission, lambda: submission.frobenius_norm(a), forbidden=FORBIDDEN, task="frobenius_norm"
    )


def test_frobenius_norm_without_a_loop(submission, rng):
    """Larger matrices, and more of them, take no more operations."""
    small, large = rng.normal(2, 3, 2), rng.normal(9, 8, 7)
    check_vectorised(
        submission, lambda: submission.frobenius_norm(small), lambda: submission.frobenius_norm(large)
    )


def test_frobenius_norm_on_a_device(submission, rng):
    """The norm lies on the device of the matrix."""
    check_device(submission.frobenius_norm, rng.normal(5, 3, dtype=torch.float32))
