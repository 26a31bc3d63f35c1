"""matmul: the formula, batches, integers, layouts, gradient, the ban on @, refusals."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_gradients,
    check_manners,
    check_raises,
    check_shape,
    check_vectorised,
)

FORBIDDEN = (
    "matmul", "__matmul__", "__rmatmul__", "mm", "bmm", "mv", "dot", "vdot", "vecdot", "einsum", "tensordot",
    "inner", "linear", "bilinear", "addmm", "addbmm", "baddbmm", "chain_matmul", "multi_dot", "linalg",
)  # fmt: skip


@pytest.mark.visible
def test_matmul_shape(submission, rng):
    """(5, 3) times (3, 4) is (5, 4)."""
    check_shape(submission.matmul(rng.normal(5, 3), rng.normal(3, 4)), (5, 4))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_matmul_values(submission):
    """Row (1, 2) times column (5, 7) is 1 * 5 + 2 * 7 = 19."""
    got = submission.matmul(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[5.0, 6.0], [7.0, 8.0]]))
    check_close(got, torch.tensor([[19.0, 22.0], [43.0, 50.0]]))


@pytest.mark.weight(3)
def test_matmul_matches_torch(submission, rng):
    """Two matrices give what torch's product gives."""
    for dtype in (torch.float32, torch.float64):
        for sizes in ((5, 3, 4), (1, 3, 4), (5, 1, 4), (5, 3, 1), (1, 1, 1), (3, 3, 3)):
            n, d, m = sizes
            a, b = rng.normal(n, d, dtype=dtype), rng.normal(d, m, dtype=dtype)
            check_close(submission.matmul(a, b), torch.matmul(a, b))


def test_matmul_of_batches(submission, rng):
    """Leading axes are a batch, and broadcast against each other."""
    for left, right in (
        ((6, 5, 3), (6, 3, 4)),
        ((2, 1, 5, 3), (7, 3, 4)),
        ((5, 3), (6, 3, 4)),
        ((6, 5, 3), (3, 4)),
        ((1, 5, 3), (2, 6, 3, 4)),
    ):
        a, b = rng.normal(*left), rng.normal(*right)
        check_close(submission.matmul(a, b), torch.matmul(a, b))


def test_matmul_of_integers(submission, rng):
    """Integers stay int64, exactly, also where float32 has no digits left."""
    a, b = rng.integers(-(10**6), 10**6, 5, 3), rng.integers(-(10**6), 10**6, 3, 4)
    check_close(submission.matmul(a, b), torch.matmul(a, b))


@pytest.mark.weight(2)
def test_matmul_gradient(submission, rng):
    """The gradients of both matrices are right."""
    a, b = rng.normal(5, 3).requires_grad_(), rng.normal(3, 4).requires_grad_()
    check_gradients(submission.matmul, torch.matmul, a, b, rng=rng)


def test_matmul_gradient_of_broadcast_batches(submission, rng):
    """The gradient of a matrix used for a whole batch is summed over it."""
    a, b = rng.normal(2, 1, 5, 3).requires_grad_(), rng.normal(6, 3, 4).requires_grad_()
    check_gradients(submission.matmul, torch.matmul, a, b, rng=rng)


@pytest.mark.detail
def test_matmul_when_not_contiguous(submission, rng):
    """The matrices may be transposes, cut-outs, or one row shown often."""
    a, b = rng.normal(3, 5).t(), rng.normal(8, 6)[1:4, ::2]
    check_close(submission.matmul(a, b), torch.matmul(a, b))
    row = rng.normal(1, 3).expand(5, 3)
    check_close(submission.matmul(row, b), torch.matmul(row, b))


def test_matmul_manners(submission, rng):
    """The matrices and torch's state stay as they were."""
    a, b = rng.normal(5, 3), rng.normal(3, 4)
    check_manners(submission, lambda: submission.matmul(a, b))


def test_matmul_by_hand(submission, rng):
    """Neither @ nor any other ready-made product of matrices is used."""
    a, b = rng.normal(5, 3), rng.normal(3, 4)
    check_by_hand(submission, lambda: submission.matmul(a, b), forbidden=FORBIDDEN, task="matmul")


@pytest.mark.parametrize("sizes", [(20, 3, 2), (2, 20, 3), (2, 3, 20)])
def test_matmul_without_a_loop(submission, rng, sizes):
    """Larger matrices take no more operations."""
    n, d, m = sizes
    small, large = (rng.normal(2, 3), rng.normal(3, 2)), (rng.normal(n, d), rng.normal(d, m))
    check_vectorised(submission, lambda: submission.matmul(*small), lambda: submission.matmul(*large))


def test_matmul_on_a_device(submission, rng):
    """The product lies on the device of the matrices."""
    a, b = rng.normal(5, 3, dtype=torch.float32), rng.normal(3, 4, dtype=torch.float32)
    check_device(submission.matmul, a, b)


def test_matmul_refuses_other_inner_sizes(submission, rng):
    """Inner sizes that differ raise ValueError, also when one is 1."""
    for left, right in (((5, 1), (3, 4)), ((5, 3), (1, 4)), ((5, 3), (2, 4))):
        with check_raises(ValueError):
            submission.matmul(rng.normal(*left), rng.normal(*right))
