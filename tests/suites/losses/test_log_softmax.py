"""Suite of losses.log_softmax."""

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

FORBIDDEN = ("log_softmax", "softmax", "softmin", "logsumexp", "logaddexp", "logsigmoid")


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_log_softmax_keeps_shape_and_dtype(submission, rng, dtype):
    """The result has the shape and dtype of x."""
    x = rng.normal(5, 3, dtype=dtype)
    check_like(submission.log_softmax(x, dim=1), torch.log_softmax(x, 1))


@pytest.mark.visible
def test_log_softmax_of_logarithms(submission):
    """The scores log 1, log 2 and log 5 give log 1/8, log 2/8 and log 5/8."""
    x = torch.tensor([[1.0, 2.0, 5.0], [3.0, 3.0, 2.0]], dtype=torch.float64)
    check_close(submission.log_softmax(x.log(), dim=1), (x / 8).log())


def test_log_softmax_is_a_distribution(submission, rng):
    """The exponentials of each row add up to 1."""
    y = submission.log_softmax(rng.normal(5, 3, dtype=torch.float64), dim=1)
    check_shape(y, (5, 3))
    check_close(y.exp().sum(1), torch.ones(5, dtype=torch.float64), "sum of exp of each row")


@pytest.mark.parametrize("dim", [0, 1, 2, -1, -2])
def test_log_softmax_over_any_axis(submission, rng, dim):
    """The sum runs over the axis dim, whichever it is."""
    x = rng.normal(4, 3, 5, dtype=torch.float64)
    check_close(submission.log_softmax(x, dim), torch.log_softmax(x, dim))


@pytest.mark.parametrize("shape", [(1, 4), (4, 1), (3,)])
def test_log_softmax_of_small_shapes(submission, rng, shape):
    """One row, one column and a single axis keep their shape."""
    x = rng.normal(*shape, dtype=torch.float64)
    check_close(submission.log_softmax(x, -1), torch.log_softmax(x, -1))


@pytest.mark.detail
def test_log_softmax_when_not_contiguous(submission, rng):
    """A transposed and an expanded x give the right values."""
    x = rng.normal(3, 5, dtype=torch.float64)
    check_close(submission.log_softmax(x.t(), 1), torch.log_softmax(x.t(), 1))
    check_close(submission.log_softmax(x[:1].expand(4, 5), 0), torch.log_softmax(x[:1].expand(4, 5), 0))


@pytest.mark.weight(2)
@pytest.mark.parametrize("dim", [0, 1])
def test_log_softmax_gradient(submission, rng, dim):
    """The gradient is right for any gradient that comes from above."""
    x = rng.normal(5, 3, dtype=torch.float64).requires_grad_()
    check_gradients(submission.log_softmax, torch.log_softmax, x, dim=dim, rng=rng)


def test_log_softmax_derivatives(submission, rng):
    """First and second derivatives agree with finite differences."""
    x = rng.normal(3, 4, dtype=torch.float64).requires_grad_()
    check_gradcheck(submission.log_softmax, x, dim=1, second=True)


@pytest.mark.weight(2)
@pytest.mark.parametrize("gap", [200.0, 1000.0])
def test_log_softmax_survives_a_large_gap(submission, gap):
    """A score far below the others keeps its logarithm, in float32 too."""
    x = torch.tensor([[0.0, -gap], [0.0, gap]])
    check_close(submission.log_softmax(x, 1), torch.tensor([[0.0, -gap], [-gap, 0.0]]))


@pytest.mark.weight(2)
def test_log_softmax_gradient_survives_a_large_gap(submission, rng):
    """The gradient of a probability that is almost 0 does not vanish."""
    x = torch.tensor([[0.0, -200.0], [0.0, 1000.0]], requires_grad=True)
    check_gradients(submission.log_softmax, torch.log_softmax, x, dim=1, rng=rng)


@pytest.mark.parametrize("level", [1000.0, -1000.0])
def test_log_softmax_is_finite_when_scores_are_large(submission, rng, level):
    """Scores around 1000 and -1000 give finite logarithms and gradients."""
    x = (rng.normal(3, 5, dtype=torch.float64) + level).requires_grad_()
    check_gradients(submission.log_softmax, torch.log_softmax, x, dim=1, rng=rng)


def test_log_softmax_is_made_by_hand(submission, rng):
    """It is made from exp, sum and log, without torch's own."""
    x = rng.normal(5, 3)
    check_by_hand(submission, lambda: submission.log_softmax(x, 1), forbidden=FORBIDDEN, task="log_softmax")


def test_log_softmax_has_manners(submission, rng):
    """x, the random state and the modes stay as they were."""
    x = rng.normal(5, 3)
    check_manners(submission, lambda: submission.log_softmax(x, 1))


def test_log_softmax_on_a_device(submission, rng):
    """On an accelerator the result is the same and stays there."""
    check_device(submission.log_softmax, rng.normal(5, 3), dim=1)
