"""Suite of losses.l1_loss."""

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_finite,
    check_gradcheck,
    check_gradients,
    check_like,
    check_manners,
)

FORBIDDEN = ("l1_loss", "L1Loss", "smooth_l1_loss", "SmoothL1Loss", "huber_loss", "HuberLoss")
REDUCTIONS = ("none", "mean", "sum")


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_l1_loss_shape_and_dtype(submission, rng, dtype, reduction):
    """The loss keeps the dtype, and the shape when nothing is reduced."""
    pred, target = rng.normal(4, 3, dtype=dtype), rng.normal(4, 3, dtype=dtype)
    want = functional.l1_loss(pred, target, reduction=reduction)
    check_like(submission.l1_loss(pred, target, reduction=reduction), want)


@pytest.mark.visible
def test_l1_loss_of_two_numbers(submission):
    """Errors of -2 and 1 have sizes 2 and 1, mean 1.5, sum 3."""
    pred, target = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 1.0])
    check_close(submission.l1_loss(pred, target), torch.tensor(1.5))
    check_close(submission.l1_loss(pred, target, reduction="none"), torch.tensor([2.0, 1.0]))
    check_close(submission.l1_loss(pred, target, reduction="sum"), torch.tensor(3.0))


def test_l1_loss_is_symmetric(submission, rng):
    """Swapping prediction and target changes nothing."""
    pred, target = rng.normal(5, 2, dtype=torch.float64), rng.normal(5, 2, dtype=torch.float64)
    want = functional.l1_loss(pred, target, reduction="none")
    check_close(submission.l1_loss(target, pred, reduction="none"), want)


@pytest.mark.parametrize("shape", [(), (1,), (1, 1), (1, 4), (2, 3, 4, 5)])
def test_l1_loss_of_other_shapes(submission, rng, shape):
    """One number, one sample and four axes are welcome."""
    pred, target = rng.normal(*shape, dtype=torch.float64), rng.normal(*shape, dtype=torch.float64)
    check_close(submission.l1_loss(pred, target), functional.l1_loss(pred, target))
    check_close(submission.l1_loss(pred, target, "none"), functional.l1_loss(pred, target, reduction="none"))


@pytest.mark.detail
def test_l1_loss_when_not_contiguous(submission, rng):
    """Transposed and expanded arguments give the right value."""
    pred, target = (
        rng.normal(3, 5, dtype=torch.float64).t(),
        rng.normal(5, 1, dtype=torch.float64).expand(5, 3),
    )
    check_close(submission.l1_loss(pred, target), functional.l1_loss(pred, target))


@pytest.mark.weight(2)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_l1_loss_gradient(submission, rng, reduction):
    """Both arguments get the right gradient, whatever comes from above."""
    pred, target = (rng.normal(4, 3, dtype=torch.float64).requires_grad_() for _ in range(2))
    check_gradients(submission.l1_loss, functional.l1_loss, pred, target, reduction=reduction, rng=rng)


def test_l1_loss_derivatives(submission, rng):
    """The derivative agrees with finite differences."""
    signs = torch.where(rng.bool(3, 2), 1, -1)
    pred = (signs * rng.uniform(3, 2, low=0.5, high=2, dtype=torch.float64)).requires_grad_()
    check_gradcheck(submission.l1_loss, pred, torch.zeros(3, 2, dtype=torch.float64))


def test_l1_loss_gradient_when_equal(submission, rng):
    """Where both are equal the loss is 0 and the gradient is finite."""
    target = rng.normal(6, dtype=torch.float64)
    pred = target.clone().requires_grad_()
    got = submission.l1_loss(pred, target, reduction="sum")
    check_close(got, torch.zeros((), dtype=torch.float64))
    check_finite(torch.autograd.grad(got, pred)[0], "gradient at equality")


def test_l1_loss_of_large_errors(submission, rng):
    """Errors around 1e300 do not overflow in float64."""
    pred, target = (1e300 * rng.normal(5, dtype=torch.float64) for _ in range(2))
    check_close(submission.l1_loss(pred, target), functional.l1_loss(pred, target))


def test_l1_loss_is_made_by_hand(submission, rng):
    """The loss is made without torch's own."""
    pred, target = rng.normal(4, 3), rng.normal(4, 3)
    check_by_hand(submission, lambda: submission.l1_loss(pred, target), forbidden=FORBIDDEN, task="l1_loss")


def test_l1_loss_has_manners(submission, rng):
    """Arguments, random state and modes stay as they were."""
    pred, target = rng.normal(4, 3), rng.normal(4, 3)
    check_manners(submission, lambda: submission.l1_loss(pred, target))


def test_l1_loss_on_a_device(submission, rng):
    """On an accelerator the loss is the same and stays there."""
    check_device(submission.l1_loss, rng.normal(4, 3), rng.normal(4, 3))
