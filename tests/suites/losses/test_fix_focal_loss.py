"""fix_focal_loss: each of its three mistakes alone, then all that the docstring says.

A softmax of equal scores is equal again, however often it is taken; without ignored samples every mean is the same; and
a factor that counts as a constant shows in the gradient alone.
"""

import math

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    check_close,
    check_device,
    check_equal,
    check_finite,
    check_gradients,
    check_manners,
    check_shape,
)


def oracle(logits, labels, gamma=2.0, ignore_index=-100):
    """The loss of the samples that count, picked beforehand, by torch's cross-entropy."""
    rows = logits.movedim(1, -1)[labels != ignore_index]
    losses = functional.cross_entropy(rows, labels[labels != ignore_index], reduction="none")
    return ((-torch.expm1(-losses)) ** gamma * losses).mean()


def drawn(rng, *shape, ignored=0, k=4):
    """Draw scores and labels; some of the labels say that a sample does not count."""
    labels = rng.integers(0, k, *shape)
    labels.view(-1)[:ignored] = -100
    return 2 * rng.normal(shape[0], k, *shape[1:]), labels


@pytest.mark.visible
def test_fix_focal_loss_shape(submission, rng):
    """One number without axes, in the dtype of the scores."""
    logits, labels = drawn(rng, 5)
    check_shape(submission.fix_focal_loss(logits, labels), ())


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_focal_loss_of_unequal_scores(submission):
    """Scores log 3 and 0, label 0: p is 3/4, the loss (1/4)^2 log(4/3) = 0.01798."""
    logits = torch.tensor([[math.log(3.0), 0.0]], dtype=torch.float64)
    want = torch.tensor(math.log(4 / 3) / 16, dtype=torch.float64)
    check_close(submission.fix_focal_loss(logits, torch.tensor([0])), want)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_focal_loss_of_ignored_samples(submission):
    """Equal scores: the mean is over the two samples that count, not over four."""
    labels = torch.tensor([0, -100, 1, -100])
    want = torch.tensor(math.log(2.0) / 4, dtype=torch.float64)
    check_close(submission.fix_focal_loss(torch.zeros(4, 2, dtype=torch.float64), labels), want)


@pytest.mark.weight(2)
@pytest.mark.parametrize("gamma", [1.0, 2.0, 3.5])
def test_fix_focal_loss_has_the_slope_of_both_factors(submission, rng, gamma):
    """The gradient runs through the factor (1 - p)^gamma too."""
    logits, labels = drawn(rng, 6)

    def theirs(logits):
        return submission.fix_focal_loss(logits, labels, gamma)

    check_gradients(theirs, lambda logits: oracle(logits, labels, gamma), logits.requires_grad_(), rng=rng)


@pytest.mark.weight(3)
@pytest.mark.parametrize(("shape", "ignored"), [((7,), 3), ((3, 5), 4), ((2, 3, 4), 7), ((4, 1), 0)], ids=str)
def test_fix_focal_loss_matches_a_selection(submission, rng, shape, ignored):
    """Value and gradient are those of the samples that count, with further axes too."""
    logits, labels = drawn(rng, *shape, ignored=ignored)

    def theirs(logits):
        return submission.fix_focal_loss(logits, labels)

    check_gradients(theirs, lambda logits: oracle(logits, labels), logits.requires_grad_(), rng=rng)


@pytest.mark.weight(2)
def test_fix_focal_loss_of_large_scores(submission, rng):
    """Scores of 1000 give a finite loss, and a finite gradient."""
    logits = torch.tensor([[1000.0, 0.0, -1000.0], [0.0, 1000.0, 1000.0], [-1000.0, 1000.0, 0.0]], dtype=torch.float64)
    labels = torch.tensor([0, 2, 0])
    logits.requires_grad_()
    got = submission.fix_focal_loss(logits, labels)
    check_close(got.detach(), oracle(logits.detach(), labels))
    (gradient,) = torch.autograd.grad(got, logits)
    check_finite(gradient, "gradient with respect to logits")


@pytest.mark.parametrize("index", [-1, 0, 2, 255])
def test_fix_focal_loss_of_any_ignore_index(submission, rng, index):
    """The label that does not count may be any number, also a class."""
    logits, labels = drawn(rng, 12)
    labels[3] = index
    labels[4] = 1
    got = submission.fix_focal_loss(logits, labels, ignore_index=index)
    check_close(got, oracle(logits, labels, ignore_index=index))


def test_fix_focal_loss_in_single_precision(submission, rng):
    """float32 goes in and comes out."""
    logits, labels = drawn(rng, 9, ignored=2)
    got = submission.fix_focal_loss(logits.float(), labels)
    check_equal(str(got.dtype), "torch.float32", "dtype")
    check_close(got, oracle(logits, labels).float(), rtol=1e-3, atol=1e-5)


def test_fix_focal_loss_manners(submission, rng):
    """Scores, labels and torch's state stay as they were."""
    check_manners(submission, lambda: submission.fix_focal_loss(*drawn(rng, 5, ignored=1)))


def test_fix_focal_loss_on_a_device(submission, rng):
    """The loss is computed on the device of the scores."""
    check_device(submission.fix_focal_loss, *drawn(rng, 3, 4, ignored=2))
