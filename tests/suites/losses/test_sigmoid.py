"""Suite of losses.sigmoid."""

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

FORBIDDEN = ("sigmoid", "expit", "logsigmoid", "softplus")


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_sigmoid_keeps_shape_and_dtype(submission, rng, dtype):
    """The result has the shape and dtype of x."""
    x = rng.normal(4, 3, 5, dtype=dtype)
    check_like(submission.sigmoid(x), torch.sigmoid(x))


@pytest.mark.visible
def test_sigmoid_of_log_odds(submission):
    """Odds of 1:1, 3:1 and 1:3 are the probabilities 1/2, 3/4 and 1/4."""
    x = torch.tensor([1.0, 3.0, 1 / 3], dtype=torch.float64).log()
    check_close(submission.sigmoid(x), torch.tensor([0.5, 0.75, 0.25], dtype=torch.float64))


def test_sigmoid_is_symmetric(submission, rng):
    """The probabilities of x and -x add up to 1."""
    x = 3 * rng.normal(7, 2, dtype=torch.float64)
    left, right = submission.sigmoid(x), submission.sigmoid(-x)
    check_shape(left, (7, 2))
    check_close(right, 1 - left)


@pytest.mark.parametrize("shape", [(), (1,), (1, 6)])
def test_sigmoid_of_small_shapes(submission, rng, shape):
    """A single number, one entry and one row keep their shape."""
    x = rng.normal(*shape, dtype=torch.float64)
    check_close(submission.sigmoid(x), torch.sigmoid(x))


@pytest.mark.detail
def test_sigmoid_when_not_contiguous(submission, rng):
    """A transposed and an expanded x give the right values."""
    x = rng.normal(3, 5, dtype=torch.float64)
    check_close(submission.sigmoid(x.t()), torch.sigmoid(x.t()))
    check_close(submission.sigmoid(x[:, :1].expand(3, 4)), torch.sigmoid(x[:, :1].expand(3, 4)))


@pytest.mark.weight(2)
def test_sigmoid_gradient(submission, rng):
    """The gradient is right for any gradient that comes from above."""
    x = rng.normal(4, 3, dtype=torch.float64).requires_grad_()
    check_gradients(submission.sigmoid, torch.sigmoid, x, rng=rng)


def test_sigmoid_derivatives(submission, rng):
    """First and second derivatives agree with finite differences."""
    check_gradcheck(submission.sigmoid, rng.normal(3, 2, dtype=torch.float64).requires_grad_(), second=True)


def test_sigmoid_gradient_when_x_is_zero(submission, rng):
    """The slope at 0 is 1/4: the curve has no corner there."""
    x = torch.zeros(5, dtype=torch.float64, requires_grad=True)
    check_gradients(submission.sigmoid, torch.sigmoid, x, rng=rng)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_sigmoid_is_finite_when_scores_are_large(submission, dtype):
    """Scores of 1000 and -1000 give 1 and 0, not nan."""
    x = torch.tensor([-1000.0, -100.0, 100.0, 1000.0], dtype=dtype)
    check_close(submission.sigmoid(x), torch.sigmoid(x))


@pytest.mark.weight(2)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_sigmoid_gradient_is_finite_when_scores_are_large(submission, rng, dtype):
    """The gradient at 1000 and -1000 is 0, not nan."""
    x = torch.tensor([-1000.0, -100.0, 100.0, 1000.0], dtype=dtype, requires_grad=True)
    check_gradients(submission.sigmoid, torch.sigmoid, x, rng=rng)


def test_sigmoid_is_made_by_hand(submission, rng):
    """The sigmoid is made from exp, without torch's own."""
    x = rng.normal(4, 3)
    check_by_hand(submission, lambda: submission.sigmoid(x), forbidden=FORBIDDEN, task="sigmoid")


def test_sigmoid_has_manners(submission, rng):
    """x, the random state and the modes stay as they were."""
    x = rng.normal(4, 3)
    check_manners(submission, lambda: submission.sigmoid(x))


def test_sigmoid_on_a_device(submission, rng):
    """On an accelerator the result is the same and stays there."""
    check_device(submission.sigmoid, rng.normal(4, 3))
