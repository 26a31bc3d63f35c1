"""Suite of losses.binary_cross_entropy."""

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
    check_raises,
)

FORBIDDEN = ("binary_cross_entropy", "BCELoss", "binary_cross_entropy_with_logits", "BCEWithLogitsLoss")
REDUCTIONS = ("none", "mean", "sum")


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_binary_cross_entropy_shape_and_dtype(submission, rng, dtype, reduction):
    """The loss keeps the dtype, and the shape when nothing is reduced."""
    probs, target = rng.uniform(4, 3, low=0.1, high=0.9, dtype=dtype), rng.bool(4, 3).to(dtype)
    want = functional.binary_cross_entropy(probs, target, reduction=reduction)
    check_like(submission.binary_cross_entropy(probs, target, reduction=reduction), want)


@pytest.mark.visible
def test_binary_cross_entropy_of_two_samples(submission):
    """With p = 1/4, target 1 costs log 4 and target 0 costs log 4/3."""
    probs = torch.tensor([0.25, 0.25], dtype=torch.float64)
    target = torch.tensor([1.0, 0.0], dtype=torch.float64)
    want = torch.tensor([4.0, 4 / 3], dtype=torch.float64).log()
    check_close(submission.binary_cross_entropy(probs, target, reduction="none"), want)
    check_close(submission.binary_cross_entropy(probs, target), want.mean())


def test_binary_cross_entropy_is_symmetric(submission, rng):
    """Swapping the names of the two classes changes nothing."""
    probs, target = rng.uniform(5, 2, low=0.05, high=0.95), rng.uniform(5, 2)
    want = functional.binary_cross_entropy(probs, target, reduction="none")
    check_close(submission.binary_cross_entropy(1 - probs, 1 - target, reduction="none"), want)


@pytest.mark.parametrize("shape", [(), (1,), (1, 1), (1, 4), (2, 3, 4, 5)])
def test_binary_cross_entropy_of_other_shapes(submission, rng, shape):
    """One number, one sample and four axes are welcome; targets may be soft."""
    probs, target = rng.uniform(*shape, low=0.05, high=0.95), rng.uniform(*shape)
    check_close(
        submission.binary_cross_entropy(probs, target), functional.binary_cross_entropy(probs, target)
    )


@pytest.mark.detail
def test_binary_cross_entropy_when_not_contiguous(submission, rng):
    """Transposed and expanded arguments give the right value."""
    probs, target = rng.uniform(3, 5, low=0.05, high=0.95).t(), rng.uniform(5, 1).expand(5, 3)
    check_close(
        submission.binary_cross_entropy(probs, target), functional.binary_cross_entropy(probs, target)
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_binary_cross_entropy_gradient(submission, rng, reduction):
    """The gradient is right for hard and soft targets and any upstream."""
    probs = rng.uniform(6, 3, low=0.05, high=0.95).requires_grad_()
    target = torch.cat([rng.uniform(3, 3), rng.bool(3, 3).double()])
    function, oracle = submission.binary_cross_entropy, functional.binary_cross_entropy
    check_gradients(function, oracle, probs, target, reduction=reduction, rng=rng)


def test_binary_cross_entropy_derivatives(submission, rng):
    """The derivative agrees with finite differences."""
    probs = rng.uniform(3, 2, low=0.2, high=0.8).requires_grad_()
    check_gradcheck(submission.binary_cross_entropy, probs, rng.uniform(3, 2))


@pytest.mark.weight(2)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_binary_cross_entropy_when_certain(submission, dtype):
    """Certain and right costs 0, certain and wrong costs 100."""
    probs = torch.tensor([0.0, 1.0, 0.0, 1.0, 0.0], dtype=dtype)
    target = torch.tensor([0.0, 1.0, 1.0, 0.0, 0.25], dtype=dtype)
    want = torch.tensor([0.0, 0.0, 100.0, 100.0, 25.0], dtype=dtype)
    got = submission.binary_cross_entropy(probs, target, reduction="none")
    check_close(got, want, rtol=1e-3 if dtype is torch.float32 else None)


def test_binary_cross_entropy_of_tiny_probabilities(submission):
    """A probability of 1e-30 costs 69, one of 1e-60 costs the limit of 100."""
    probs = torch.tensor([1e-30, 1e-60], dtype=torch.float64)
    want = torch.tensor([69.07755278982137, 100.0], dtype=torch.float64)
    check_close(submission.binary_cross_entropy(probs, torch.ones_like(probs), reduction="none"), want)


@pytest.mark.weight(2)
def test_binary_cross_entropy_gradient_when_certain(submission):
    """Where p is exactly 0 or 1 the gradient is finite."""
    probs = torch.tensor([0.0, 1.0, 0.0, 1.0], dtype=torch.float64, requires_grad=True)
    target = torch.tensor([0.0, 1.0, 1.0, 0.0], dtype=torch.float64)
    got = submission.binary_cross_entropy(probs, target)
    check_close(got, torch.tensor(50.0, dtype=torch.float64))
    check_finite(torch.autograd.grad(got, probs)[0], "gradient at p = 0 and p = 1")


@pytest.mark.parametrize("outside", [-0.1, 1.5])
def test_binary_cross_entropy_refuses_what_is_no_probability(submission, outside):
    """A number outside 0 to 1, such as a logit, raises a ValueError about probs."""
    with check_raises(ValueError, naming="probs"):
        submission.binary_cross_entropy(torch.tensor([0.5, outside]), torch.tensor([1.0, 0.0]))


def test_binary_cross_entropy_is_made_by_hand(submission, rng):
    """The loss is made from log, without torch's own."""
    probs, target = rng.uniform(4, 3), rng.uniform(4, 3)
    call = {"forbidden": FORBIDDEN, "task": "binary_cross_entropy"}
    check_by_hand(submission, lambda: submission.binary_cross_entropy(probs, target), **call)


def test_binary_cross_entropy_has_manners(submission, rng):
    """Arguments, random state and modes stay as they were."""
    probs, target = rng.uniform(4, 3), rng.uniform(4, 3)
    check_manners(submission, lambda: submission.binary_cross_entropy(probs, target))


def test_binary_cross_entropy_on_a_device(submission, rng):
    """On an accelerator the loss is the same and stays there."""
    check_device(submission.binary_cross_entropy, rng.uniform(4, 3), rng.uniform(4, 3))
