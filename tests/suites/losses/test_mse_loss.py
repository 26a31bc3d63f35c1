"""Suite of losses.mse_loss."""

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_gradcheck,
    check_gradients,
    check_like,
    check_manners,
    check_raises,
)

FORBIDDEN = ("mse_loss", "MSELoss")
REDUCTIONS = ("none", "mean", "sum")


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_mse_loss_shape_and_dtype(submission, rng, dtype, reduction):
    """The loss keeps the dtype, and the shape when nothing is reduced."""
    pred, target = rng.normal(4, 3, dtype=dtype), rng.normal(4, 3, dtype=dtype)
    want = functional.mse_loss(pred, target, reduction=reduction)
    check_like(submission.mse_loss(pred, target, reduction=reduction), want)


@pytest.mark.visible
def test_mse_loss_of_two_numbers(submission):
    """Errors of -2 and 1 give squares 4 and 1, mean 2.5, sum 5."""
    pred, target = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 1.0])
    check_close(submission.mse_loss(pred, target), torch.tensor(2.5))
    check_close(submission.mse_loss(pred, target, reduction="none"), torch.tensor([4.0, 1.0]))
    check_close(submission.mse_loss(pred, target, reduction="sum"), torch.tensor(5.0))


def test_mse_loss_of_a_perfect_prediction(submission, rng):
    """A perfect prediction costs exactly 0."""
    target = rng.normal(6, 1, dtype=torch.float64)
    check_close(submission.mse_loss(target.clone(), target), torch.zeros((), dtype=torch.float64))


@pytest.mark.parametrize("shape", [(), (1,), (1, 1), (1, 4), (2, 3, 4, 5)])
def test_mse_loss_of_other_shapes(submission, rng, shape):
    """One number, one sample and four axes are welcome."""
    pred, target = rng.normal(*shape, dtype=torch.float64), rng.normal(*shape, dtype=torch.float64)
    check_close(submission.mse_loss(pred, target), functional.mse_loss(pred, target))
    check_close(submission.mse_loss(pred, target, "none"), (pred - target) ** 2)


@pytest.mark.detail
def test_mse_loss_when_not_contiguous(submission, rng):
    """Transposed and expanded arguments give the right value."""
    pred, target = (
        rng.normal(3, 5, dtype=torch.float64).t(),
        rng.normal(5, 1, dtype=torch.float64).expand(5, 3),
    )
    check_close(submission.mse_loss(pred, target), functional.mse_loss(pred, target))


@pytest.mark.weight(2)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_mse_loss_gradient(submission, rng, reduction):
    """Both arguments get the right gradient, whatever comes from above."""
    pred, target = (rng.normal(4, 3, dtype=torch.float64).requires_grad_() for _ in range(2))
    check_gradients(submission.mse_loss, functional.mse_loss, pred, target, reduction=reduction, rng=rng)


def test_mse_loss_derivatives(submission, rng):
    """First and second derivatives agree with finite differences."""
    pred, target = (rng.normal(3, 2, dtype=torch.float64).requires_grad_() for _ in range(2))
    check_gradcheck(submission.mse_loss, pred, target, second=True)


def test_mse_loss_of_large_errors(submission, rng):
    """Errors around 1e100 are squared without harm in float64."""
    pred, target = (1e100 * rng.normal(5, dtype=torch.float64) for _ in range(2))
    check_close(submission.mse_loss(pred, target), functional.mse_loss(pred, target))


def test_mse_loss_passes_nan_on(submission):
    """A nan in the prediction is not hidden."""
    got = submission.mse_loss(torch.tensor([torch.nan, 1.0]), torch.zeros(2), reduction="none")
    check_close(got, torch.tensor([torch.nan, 1.0]))


@pytest.mark.parametrize(("left", "right"), [((5, 1), (5,)), ((5, 3), (3,)), ((2, 3), (1, 3))])
def test_mse_loss_refuses_other_shapes(submission, rng, left, right):
    """Shapes that differ raise a ValueError about target, and never broadcast."""
    with check_raises(ValueError, naming="target"):
        submission.mse_loss(rng.normal(*left), rng.normal(*right))


def test_mse_loss_is_made_by_hand(submission, rng):
    """The loss is made without torch's own."""
    pred, target = rng.normal(4, 3), rng.normal(4, 3)
    check_by_hand(submission, lambda: submission.mse_loss(pred, target), forbidden=FORBIDDEN, task="mse_loss")


def test_mse_loss_has_manners(submission, rng):
    """Arguments, random state and modes stay as they were."""
    pred, target = rng.normal(4, 3), rng.normal(4, 3)
    check_manners(submission, lambda: submission.mse_loss(pred, target))


def test_mse_loss_on_a_device(submission, rng):
    """On an accelerator the loss is the same and stays there."""
    check_device(submission.mse_loss, rng.normal(4, 3), rng.normal(4, 3))
