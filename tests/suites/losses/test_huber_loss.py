"""Suite of losses.huber_loss."""

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
)

FORBIDDEN = ("huber_loss", "HuberLoss", "smooth_l1_loss", "SmoothL1Loss")
REDUCTIONS = ("none", "mean", "sum")


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_huber_loss_shape_and_dtype(submission, rng, dtype, reduction):
    """The loss keeps the dtype, and the shape when nothing is reduced."""
    pred, target = 2 * rng.normal(4, 3, dtype=dtype), rng.normal(4, 3, dtype=dtype)
    want = functional.huber_loss(pred, target, reduction=reduction)
    check_like(submission.huber_loss(pred, target, reduction=reduction), want)


@pytest.mark.visible
def test_huber_loss_of_four_errors(submission):
    """With delta 2, errors 1, 2, 3 and -4 cost 0.5, 2, 4 and 6."""
    pred, target = torch.tensor([1.0, 2.0, 3.0, -4.0]), torch.zeros(4)
    got = submission.huber_loss(pred, target, delta=2.0, reduction="none")
    check_close(got, torch.tensor([0.5, 2.0, 4.0, 6.0]))
    check_close(submission.huber_loss(pred, target, delta=2.0), torch.tensor(3.125))


@pytest.mark.parametrize("delta", [0.3, 1.0, 2.5])
def test_huber_loss_is_symmetric(submission, rng, delta):
    """Errors of one size cost the same, whatever their sign."""
    error = 2 * rng.normal(9, dtype=torch.float64)
    want = functional.huber_loss(error, torch.zeros_like(error), delta=delta, reduction="none")
    check_close(submission.huber_loss(-error, torch.zeros_like(error), delta, "none"), want)


@pytest.mark.parametrize("shape", [(), (1,), (1, 4), (2, 3, 4, 5)])
def test_huber_loss_of_other_shapes(submission, rng, shape):
    """One number, one sample and four axes are welcome."""
    pred, target = 2 * rng.normal(*shape, dtype=torch.float64), rng.normal(*shape, dtype=torch.float64)
    check_close(submission.huber_loss(pred, target), functional.huber_loss(pred, target))


@pytest.mark.detail
def test_huber_loss_when_not_contiguous(submission, rng):
    """Transposed and expanded arguments give the right value."""
    pred, target = (
        rng.normal(3, 5, dtype=torch.float64).t(),
        rng.normal(5, 1, dtype=torch.float64).expand(5, 3),
    )
    check_close(submission.huber_loss(pred, target, 0.7), functional.huber_loss(pred, target, delta=0.7))


@pytest.mark.weight(2)
@pytest.mark.parametrize("delta", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_huber_loss_gradient(submission, rng, reduction, delta):
    """Both arguments get the right gradient, for any delta and reduction."""
    pred, target = (2 * rng.normal(6, 3, dtype=torch.float64) for _ in range(2))
    arguments = (pred.requires_grad_(), target.requires_grad_())
    options = {"delta": delta, "reduction": reduction}
    check_gradients(submission.huber_loss, functional.huber_loss, *arguments, **options, rng=rng)


def test_huber_loss_derivatives(submission, rng):
    """The derivative agrees with finite differences."""
    pred = torch.tensor([-3.0, -0.4, 0.2, 0.8, 1.7], dtype=torch.float64, requires_grad=True)
    target = (0.05 * rng.uniform(5, dtype=torch.float64)).requires_grad_()
    check_gradcheck(submission.huber_loss, pred, target, delta=1.2)


def test_huber_loss_where_parabola_meets_line(submission, rng):
    """At an error of 0 and of exactly delta value and slope are right."""
    pred = torch.tensor([0.0, 1.5, -1.5], dtype=torch.float64, requires_grad=True)
    target = torch.zeros(3, dtype=torch.float64)
    options = {"delta": 1.5, "reduction": "none"}
    check_gradients(submission.huber_loss, functional.huber_loss, pred, target, **options, rng=rng)


def test_huber_loss_of_large_errors(submission, rng):
    """Errors around 1e100 cost a finite amount and their slope is delta."""
    pred = (1e100 * rng.normal(5, dtype=torch.float64)).requires_grad_()
    target = torch.zeros(5, dtype=torch.float64)
    check_gradients(submission.huber_loss, functional.huber_loss, pred, target, delta=0.5, rng=rng)


def test_huber_loss_is_made_by_hand(submission, rng):
    """The loss is made without torch's own."""
    pred, target = rng.normal(4, 3), rng.normal(4, 3)
    check_by_hand(
        submission, lambda: submission.huber_loss(pred, target), forbidden=FORBIDDEN, task="huber_loss"
    )


def test_huber_loss_has_manners(submission, rng):
    """Arguments, random state and modes stay as they were."""
    pred, target = rng.normal(4, 3), rng.normal(4, 3)
    check_manners(submission, lambda: submission.huber_loss(pred, target))


def test_huber_loss_on_a_device(submission, rng):
    """On an accelerator the loss is the same and stays there."""
    check_device(submission.huber_loss, 2 * rng.normal(4, 3), rng.normal(4, 3))
