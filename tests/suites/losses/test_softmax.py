"""Suite of losses.softmax."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_gradcheck,
    check_gradients,
    check_like,
    check_manners,
    check_shape,
)

FORBIDDEN = ("softmax", "softmin", "log_softmax", "logsumexp", "sigmoid")


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_softmax_keeps_shape_and_dtype(submission, rng, dtype):
    """The result has the shape and dtype of x."""
    x = rng.normal(5, 3, dtype=dtype)
    check_like(submission.softmax(x, dim=1), torch.softmax(x, 1))


@pytest.mark.visible
def test_softmax_of_logarithms(submission):
    """The scores log 1, log 2 and log 5 give 1/8, 2/8 and 5/8."""
    x = torch.tensor([[1.0, 2.0, 5.0], [3.0, 3.0, 2.0]], dtype=torch.float64)
    check_close(submission.softmax(x.log(), dim=1), x / 8)


def test_softmax_sums_to_one(submission, rng):
    """The probabilities of each row add up to 1."""
    y = submission.softmax(rng.normal(5, 3, dtype=torch.float64), dim=1)
    check_shape(y, (5, 3))
    check_close(y.sum(1), torch.ones(5, dtype=torch.float64), "sum of each row")


def test_softmax_ignores_a_common_shift(submission, rng):
    """Adding a number to all scores of a row changes nothing."""
    x, shift = rng.normal(5, 3, dtype=torch.float64), rng.normal(5, 1, dtype=torch.float64)
    before = submission.softmax(x, dim=1)
    check_close(submission.softmax(x + 9 * shift, dim=1), before)


@pytest.mark.parametrize("dim", [0, 1, 2, -1, -2])
def test_softmax_over_any_axis(submission, rng, dim):
    """The sum runs over the axis dim, whichever it is."""
    x = rng.normal(4, 3, 5, dtype=torch.float64)
    check_close(submission.softmax(x, dim), torch.softmax(x, dim))


@pytest.mark.parametrize("shape", [(1, 4), (4, 1), (3,)])
def test_softmax_of_small_shapes(submission, rng, shape):
    """One row, one column and a single axis keep their shape."""
    x = rng.normal(*shape, dtype=torch.float64)
    check_close(submission.softmax(x, -1), torch.softmax(x, -1))


@pytest.mark.detail
def test_softmax_when_not_contiguous(submission, rng):
    """A transposed and an expanded x give the right values."""
    x = rng.normal(3, 5, dtype=torch.float64)
    check_close(submission.softmax(x.t(), 1), torch.softmax(x.t(), 1))
    check_close(submission.softmax(x[:1].expand(4, 5), 0), torch.softmax(x[:1].expand(4, 5), 0))


@pytest.mark.weight(2)
@pytest.mark.parametrize("dim", [0, 1])
def test_softmax_gradient(submission, rng, dim):
    """The gradient is right for any gradient that comes from above."""
    x = rng.normal(5, 3, dtype=torch.float64).requires_grad_()
    check_gradients(submission.softmax, torch.softmax, x, dim=dim, rng=rng)


def test_softmax_derivatives(submission, rng):
    """First and second derivatives agree with finite differences."""
    x = rng.normal(2, 3, dtype=torch.float64).requires_grad_()
    check_gradcheck(submission.softmax, x, dim=1, second=True)


@pytest.mark.weight(2)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_softmax_is_finite_when_scores_are_large(submission, rng, dtype):
    """Scores around 1000 and -1000 give probabilities, not nan."""
    x = torch.stack([rng.normal(5, dtype=dtype) + 1000, rng.normal(5, dtype=dtype) - 1000])
    check_gradients(submission.softmax, torch.softmax, x.requires_grad_(), dim=1, rng=rng)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_softmax_is_finite_when_scores_lie_far_apart(submission, dtype):
    """Scores of 1000 and -1000 in one row give 1 and 0, not nan."""
    x = torch.tensor([[1000.0, -1000.0, 0.0], [-2000.0, 0.0, 1.0]], dtype=dtype)
    check_close(submission.softmax(x, 1), torch.softmax(x, 1))


def test_softmax_shifts_each_slice_by_itself(submission):
    """A row of -1000 next to a row of 1000 keeps its probabilities."""
    x = torch.tensor([[1000.0, 999.0, 1000.0], [-1000.0, -1001.0, -1000.0]], dtype=torch.float64)
    check_close(submission.softmax(x, 1), torch.softmax(x, 1))


def test_softmax_is_made_by_hand(submission, rng):
    """The softmax is made from exp and sum, without torch's own."""
    x = rng.normal(5, 3)
    check_by_hand(submission, lambda: submission.softmax(x, 1), forbidden=FORBIDDEN, task="softmax")


def test_softmax_has_manners(submission, rng):
    """x, the random state and the modes stay as they were."""
    x = rng.normal(5, 3)
    check_manners(submission, lambda: submission.softmax(x, 1))


def test_softmax_on_a_device(submission, rng):
    """On an accelerator the result is the same and stays there."""
    check_device(submission.softmax, rng.normal(5, 3), dim=1)
