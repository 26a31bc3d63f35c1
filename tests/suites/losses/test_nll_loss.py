"""Suite of losses.nll_loss."""

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
    check_vectorised,
)

FORBIDDEN = ("nll_loss", "nll_loss_nd", "NLLLoss", "cross_entropy", "CrossEntropyLoss")
REDUCTIONS = ("none", "mean", "sum")


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_nll_loss_shape_and_dtype(submission, rng, dtype, reduction):
    """One loss for each label, in the dtype of log_probs."""
    log_probs, labels = rng.probabilities(7, 4, dtype=dtype).log(), rng.labels(7, 4)
    want = functional.nll_loss(log_probs, labels, reduction=reduction)
    check_like(submission.nll_loss(log_probs, labels, reduction=reduction), want)


@pytest.mark.visible
def test_nll_loss_of_two_samples(submission):
    """Probabilities 1/2 and 1/8 of the true class cost log 2 and log 8."""
    log_probs = torch.tensor([[0.5, 0.25, 0.25], [0.375, 0.5, 0.125]], dtype=torch.float64).log()
    labels = torch.tensor([0, 2])
    want = torch.tensor([2.0, 8.0], dtype=torch.float64).log()
    check_close(submission.nll_loss(log_probs, labels, reduction="none"), want)
    check_close(submission.nll_loss(log_probs, labels), want.mean())


def test_nll_loss_of_a_uniform_model(submission, rng):
    """A model that knows nothing costs log K, however many samples there are."""
    log_probs = torch.full((6, 5), 0.2, dtype=torch.float64).log()
    want = torch.tensor(5.0, dtype=torch.float64).log()
    check_close(submission.nll_loss(log_probs, rng.labels(6, 5)), want)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("axes", [(3,), (3, 5)])
def test_nll_loss_of_images(submission, rng, axes, reduction):
    """Each position of further axes is a sample; the classes stay on axis 1."""
    log_probs = rng.probabilities(2, 4, *axes, dtype=torch.float64).log()
    labels = rng.integers(0, 4, 2, *axes)
    want = functional.nll_loss(log_probs, labels, reduction=reduction)
    check_close(submission.nll_loss(log_probs, labels, reduction=reduction), want)


@pytest.mark.parametrize("shape", [(1, 4), (4, 1), (1, 1), (1, 4, 1)])
def test_nll_loss_of_small_shapes(submission, rng, shape):
    """One sample and one class keep their axes."""
    log_probs = rng.probabilities(*shape, dtype=torch.float64).log()
    labels = rng.integers(0, shape[1], shape[0], *shape[2:])
    want = functional.nll_loss(log_probs, labels, reduction="none")
    check_close(submission.nll_loss(log_probs, labels, reduction="none"), want)


@pytest.mark.detail
def test_nll_loss_when_not_contiguous(submission, rng):
    """Transposed and expanded arguments give the right value."""
    log_probs = rng.probabilities(4, 6, dim=0, dtype=torch.float64).log().t()
    labels = torch.tensor([3]).expand(6)
    check_close(submission.nll_loss(log_probs, labels), functional.nll_loss(log_probs, labels))


@pytest.mark.weight(2)
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("axes", [(), (3,)])
def test_nll_loss_gradient(submission, rng, axes, reduction):
    """Only the entry of the label gets a gradient, and the right one."""
    log_probs = rng.probabilities(6, 4, *axes, dtype=torch.float64).log().requires_grad_()
    labels = rng.integers(0, 4, 6, *axes)
    check_gradients(submission.nll_loss, functional.nll_loss, log_probs, labels, reduction=reduction, rng=rng)


def test_nll_loss_derivatives(submission, rng):
    """The derivative agrees with finite differences."""
    log_probs, labels = rng.normal(5, 3, dtype=torch.float64).requires_grad_(), rng.labels(5, 3)
    check_gradcheck(submission.nll_loss, log_probs, labels, reduction="none")


def test_nll_loss_ignores_minus_infinity_of_other_classes(submission, rng):
    """A class of probability 0 that is not the label does no harm."""
    log_probs = torch.tensor(
        [[0.0, -torch.inf], [-torch.inf, -1000.0]], dtype=torch.float64, requires_grad=True
    )
    labels = torch.tensor([0, 1])
    check_gradients(submission.nll_loss, functional.nll_loss, log_probs, labels, rng=rng)


def test_nll_loss_has_no_loop(submission, rng):
    """The number of operators does not grow with the number of samples."""
    few = (rng.normal(4, 3), rng.labels(4, 3))
    many = (rng.normal(64, 3), rng.labels(64, 3))
    check_vectorised(submission, lambda: submission.nll_loss(*few), lambda: submission.nll_loss(*many))


@pytest.mark.parametrize("shape", [(4, 1), (3,), (1,)])
def test_nll_loss_refuses_other_shapes(submission, rng, shape):
    """Labels that are not one for each sample raise a ValueError about labels."""
    with check_raises(ValueError, naming="labels"):
        submission.nll_loss(rng.normal(4, 3), rng.integers(0, 3, *shape))


@pytest.mark.parametrize("label", [-1, 3])
def test_nll_loss_refuses_labels_out_of_range(submission, rng, label):
    """A label below 0 or from K on raises a ValueError about labels."""
    with check_raises(ValueError, naming="labels"):
        submission.nll_loss(rng.normal(4, 3), torch.tensor([0, 1, label, 2]))


def test_nll_loss_is_made_by_hand(submission, rng):
    """The loss is made without torch's own."""
    log_probs, labels = rng.normal(4, 3), rng.labels(4, 3)
    check_by_hand(
        submission, lambda: submission.nll_loss(log_probs, labels), forbidden=FORBIDDEN, task="nll_loss"
    )


def test_nll_loss_has_manners(submission, rng):
    """Arguments, random state and modes stay as they were."""
    log_probs, labels = rng.normal(4, 3), rng.labels(4, 3)
    check_manners(submission, lambda: submission.nll_loss(log_probs, labels))


def test_nll_loss_on_a_device(submission, rng):
    """On an accelerator the loss is the same and stays there."""
    check_device(submission.nll_loss, rng.normal(4, 3), rng.labels(4, 3))
