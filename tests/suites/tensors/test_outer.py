"""outer: rows and columns, integers, gradient, the ban on torch.outer, refusals."""

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

FORBIDDEN = ("outer", "ger", "einsum", "kron", "matmul", "__matmul__", "mm", "bmm", "addr", "tensordot")


@pytest.mark.visible
def test_outer_shape(submission, rng):
    """Five entries times three entries are a (5, 3) matrix."""
    check_shape(submission.outer(rng.normal(5), rng.normal(3)), (5, 3))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_outer_values(submission):
    """(1, 2) times (3, 4, 5) are the rows (3, 4, 5) and (6, 8, 10)."""
    got = submission.outer(torch.tensor([1, 2]), torch.tensor([3, 4, 5]))
    check_close(got, torch.tensor([[3, 4, 5], [6, 8, 10]]))


@pytest.mark.weight(3)
def test_outer_matches_torch(submission, rng):
    """Random vectors give what torch's outer gives."""
    for dtype in (torch.int64, torch.float32, torch.float64):
        for n, m in ((5, 3), (3, 5), (4, 4), (1, 3), (5, 1), (1, 1)):
            x, y = (100 * rng.normal(n)).to(dtype), (100 * rng.normal(m)).to(dtype)
            check_close(submission.outer(x, y), torch.outer(x, y))


@pytest.mark.weight(2)
def test_outer_gradient(submission, rng):
    """The gradients of both vectors are right."""
    x, y = rng.normal(5).requires_grad_(), rng.normal(3).requires_grad_()
    check_gradients(submission.outer, torch.outer, x, y, rng=rng)


def test_outer_when_a_vector_is_empty(submission, rng):
    """An empty vector gives a matrix without rows."""
    check_close(submission.outer(rng.normal(0), rng.normal(3)), torch.zeros(0, 3, dtype=torch.float64))


@pytest.mark.detail
def test_outer_when_not_contiguous(submission, rng):
    """The vectors may be a column of a table, or one entry shown often."""
    x, y = rng.normal(5, 2)[:, 1], rng.normal(1).expand(3)
    check_close(submission.outer(x, y), torch.outer(x, y))


def test_outer_manners(submission, rng):
    """The vectors and torch's state stay as they were."""
    x, y = rng.normal(5), rng.normal(3)
    check_manners(submission, lambda: submission.outer(x, y))


def test_outer_by_hand(submission, rng):
    """Neither torch.outer nor another ready-made product is used."""
    x, y = rng.normal(5), rng.normal(3)
    check_by_hand(submission, lambda: submission.outer(x, y), forbidden=FORBIDDEN, task="outer")


@pytest.mark.parametrize(("n", "m"), [(20, 3), (3, 20)])
def test_outer_without_a_loop(submission, rng, n, m):
    """Longer vectors take no more operations."""
    small, large = (rng.normal(3), rng.normal(3)), (rng.normal(n), rng.normal(m))
    check_vectorised(submission, lambda: submission.outer(*small), lambda: submission.outer(*large))


def test_outer_on_a_device(submission, rng):
    """The product lies on the device of the vectors."""
    check_device(submission.outer, rng.normal(5, dtype=torch.float32), rng.normal(3, dtype=torch.float32))
