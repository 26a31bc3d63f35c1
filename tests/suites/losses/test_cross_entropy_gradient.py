"""Suite of losses.cross_entropy_gradient."""

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_equal,
    check_like,
    check_manners,
    check_shape,
    check_vectorised,
)

FORBIDDEN = (
    "grad",
    "backward",
    "vjp",
    "jvp",
    "jacobian",
    "jacrev",
    "jacfwd",
    "softmax",
    "log_softmax",
    "logsumexp",
    "cross_entropy",
    "nll_loss",
)


def _oracle(logits, labels):
    """Differentiate torch's own loss."""
    leaf = logits.clone().requires_grad_()
    return torch.autograd.grad(functional.cross_entropy(leaf, labels), leaf)[0]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_cross_entropy_gradient_shape_and_dtype(submission, rng, dtype):
    """The gradient has the shape and dtype of the logits."""
    logits, labels = rng.normal(7, 4, dtype=dtype), rng.labels(7, 4)
    check_like(submission.cross_entropy_gradient(logits, labels), _oracle(logits, labels))


@pytest.mark.visible
def test_cross_entropy_gradient_of_two_samples(submission):
    """Softmax 1/8, 2/8, 5/8 and label 1 give 1/8, -6/8, 5/8, halved for N = 2."""
    logits = torch.tensor([[1.0, 2.0, 5.0], [3.0, 3.0, 2.0]], dtype=torch.float64).log()
    want = torch.tensor([[1.0, -6.0, 5.0], [3.0, 3.0, -6.0]], dtype=torch.float64) / 16
    check_close(submission.cross_entropy_gradient(logits, torch.tensor([1, 2])), want)


def test_cross_entropy_gradient_sums_to_zero(submission, rng):
    """Each row adds up to 0: shifting all scores changes no loss."""
    got = submission.cross_entropy_gradient(rng.normal(6, 5, dtype=torch.float64), rng.labels(6, 5))
    check_shape(got, (6, 5))
    check_close(got.sum(1), torch.zeros(6, dtype=torch.float64), "sum of each row")


@pytest.mark.weight(2)
def test_cross_entropy_gradient_of_random_scores(submission, rng):
    """The formula agrees with the derivative of the loss."""
    logits, labels = 3 * rng.normal(9, 5, dtype=torch.float64), rng.labels(9, 5)
    check_close(submission.cross_entropy_gradient(logits, labels), _oracle(logits, labels))


@pytest.mark.parametrize("shape", [(1, 4), (4, 1), (1, 1)])
def test_cross_entropy_gradient_of_small_shapes(submission, rng, shape):
    """One sample and one class keep their axes."""
    logits, labels = rng.normal(*shape, dtype=torch.float64), rng.integers(0, shape[1], shape[0])
    check_close(submission.cross_entropy_gradient(logits, labels), _oracle(logits, labels))


@pytest.mark.detail
def test_cross_entropy_gradient_when_not_contiguous(submission, rng):
    """Transposed and expanded arguments give the right value."""
    logits, labels = rng.normal(4, 6, dtype=torch.float64).t(), torch.tensor([3]).expand(6)
    check_close(submission.cross_entropy_gradient(logits, labels), _oracle(logits, labels))


@pytest.mark.parametrize("level", [1000.0, -1000.0])
def test_cross_entropy_gradient_is_finite_when_scores_are_large(submission, rng, level):
    """Scores around 1000 and -1000 give the right gradient, not nan."""
    logits, labels = rng.normal(5, 3, dtype=torch.float64) + level, rng.labels(5, 3)
    check_close(submission.cross_entropy_gradient(logits, labels), _oracle(logits, labels))


def test_cross_entropy_gradient_is_outside_the_graph(submission, rng):
    """Logits that want a gradient give a plain result."""
    logits, labels = rng.normal(5, 3, dtype=torch.float64).requires_grad_(), rng.labels(5, 3)
    got = submission.cross_entropy_gradient(logits, labels)
    check_close(got.detach(), _oracle(logits.detach(), labels))
    check_equal(got.requires_grad, False, "requires_grad of the result")


def test_cross_entropy_gradient_has_no_loop(submission, rng):
    """The number of operators does not grow with the number of samples."""
    few, many = (rng.normal(4, 3), rng.labels(4, 3)), (rng.normal(64, 3), rng.labels(64, 3))
    function = submission.cross_entropy_gradient
    check_vectorised(submission, lambda: function(*few), lambda: function(*many))


def test_cross_entropy_gradient_is_made_by_hand(submission, rng):
    """The gradient comes from the formula, not from autograd."""
    logits, labels = rng.normal(4, 3), rng.labels(4, 3)
    call = {"forbidden": FORBIDDEN, "task": "cross_entropy_gradient"}
    check_by_hand(submission, lambda: submission.cross_entropy_gradient(logits, labels), **call)


def test_cross_entropy_gradient_has_manners(submission, rng):
    """Arguments, random state and modes stay as they were."""
    logits, labels = rng.normal(4, 3), rng.labels(4, 3)
    check_manners(submission, lambda: submission.cross_entropy_gradient(logits, labels))


def test_cross_entropy_gradient_on_a_device(submission, rng):
    """On an accelerator the gradient is the same and stays there."""
    check_device(submission.cross_entropy_gradient, rng.normal(4, 3), rng.labels(4, 3))
