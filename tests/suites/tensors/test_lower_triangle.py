"""lower_triangle: the border, rectangles and batches, nan above the diagonal, gradient, the ban on tril, no loop."""

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

FORBIDDEN = ("tril", "triu", "tril_indices", "triu_indices")


@pytest.mark.visible
def test_lower_triangle_shape(submission, rng):
    """A matrix keeps its shape."""
    check_shape(submission.lower_triangle(rng.normal(5, 3)), (5, 3))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_lower_triangle_values(submission):
    """Of (1, 2, 3) and (4, 5, 6) remain (1, 0, 0) and (4, 5, 0)."""
    got = submission.lower_triangle(torch.tensor([[1, 2, 3], [4, 5, 6]]))
    check_close(got, torch.tensor([[1, 0, 0], [4, 5, 0]]))


@pytest.mark.weight(3)
@pytest.mark.parametrize("dtype", [torch.int64, torch.float32, torch.float64], ids=["int64", "float32", "float64"])
def test_lower_triangle_matches_torch(submission, rng, dtype):
    """Squares and rectangles give what torch's tril gives."""
    for n, m in ((4, 4), (5, 3), (3, 5), (1, 4), (4, 1), (1, 1)):
        a = (100 * rng.normal(n, m)).to(dtype)
        check_close(submission.lower_triangle(a), a.tril())


def test_lower_triangle_of_a_batch(submission, rng):
    """Axes in front of the matrix stay, and each matrix is cut alike."""
    a = rng.normal(2, 5, 4, 3)
    check_close(submission.lower_triangle(a), a.tril())


@pytest.mark.weight(2)
def test_lower_triangle_when_nan_and_infinity_stand_above(submission, rng):
    """What lies above the diagonal becomes 0, nan and infinity too."""
    a = rng.normal(4, 4)
    a[0, 1], a[1, 3], a[0, 3] = float("nan"), float("inf"), -float("inf")
    check_close(submission.lower_triangle(a), a.tril())


@pytest.mark.weight(2)
def test_lower_triangle_gradient(submission, rng):
    """The gradient passes where an entry stays, and is 0 above."""
    check_gradients(submission.lower_triangle, torch.tril, rng.normal(4, 5).requires_grad_(), rng=rng)


@pytest.mark.detail
def test_lower_triangle_when_not_contiguous(submission, rng):
    """The matrix may be a transpose."""
    a = rng.normal(5, 4).t()
    check_close(submission.lower_triangle(a), a.tril())


def test_lower_triangle_manners(submission, rng):
    """The matrix and torch's state stay as they were."""
    a = rng.normal(4, 3)
    check_manners(submission, lambda: submission.lower_triangle(a))


def test_lower_triangle_by_hand(submission, rng):
    """Neither tril nor triu is used."""
    a = rng.normal(4, 3)
    check_by_hand(submission, lambda: submission.lower_triangle(a), forbidden=FORBIDDEN, task="lower_triangle")


@pytest.mark.parametrize(("n", "m"), [(20, 3), (3, 20)])
def test_lower_triangle_without_a_loop(submission, rng, n, m):
    """Larger matrices take no more operations."""
    small, large = rng.normal(3, 3), rng.normal(n, m)
    check_vectorised(
        submission, lambda: submission.lower_triangle(small), lambda: submission.lower_triangle(large)
    )


def test_lower_triangle_on_a_device(submission, rng):
    """The triangle lies on the device of the matrix."""
    check_device(submission.lower_triangle, rng.normal(4, 5, dtype=torch.float32))
