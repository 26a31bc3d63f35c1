"""Suite of losses.binary_cross_entropy_with_logits."""

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

FORBIDDEN = (
    "binary_cross_entropy_with_logits",
    "BCEWithLogitsLoss",
    "binary_cross_entropy",
    "BCELoss",
    "sigmoid",
    "expit",
    "logsigmoid",
    "log_sigmoid",
    "softplus",
    "logaddexp",
)
REDUCTIONS = ("none", "mean", "sum")
oracle = functional.binary_cross_entropy_with_logits


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_binary_cross_entropy_with_logits_shape_and_dtype(submission, rng, dtype, reduction):
    """The loss keeps the dtype, and the shape when nothing is reduced."""
    logits, target = rng.normal(4, 3, dtype=dtype), rng.bool(4, 3).to(dtype)
    got = submission.binary_cross_entropy_with_logits(logits, target, reduction=reduction)
    check_like(got, oracle(logits, target, reduction=reduction))


@pytest.mark.visible
def test_binary_cross_entropy_with_logits_of_log_odds(submission):
    """The score log 3 means p = 3/4: target 1 costs log 4/3, target 0 log 4."""
    logits = torch.tensor([3.0, 3.0], dtype=torch.float64).log()
    target = torch.tensor([1.0, 0.0], dtype=torch.float64)
    want = torch.tensor([4 / 3, 4.0], dtype=torch.float64).log()
    check_close(submission.binary_cross_entropy_with_logits(logits, target, reduction="none"), want)
    check_close(submission.binary_cross_entropy_with_logits(logits, target), want.mean())


@pytest.mark.visible
def test_binary_cross_entropy_with_logits_weighs_positives(submission):
    """A weight of 5 makes a positive cost 5 log 2 at score 0, a negative log 2."""
    logits, target = torch.zeros(2, 1, dtype=torch.float64), torch.tensor([[1.0], [0.0]], dtype=torch.float64)
    weight, two = torch.tensor([5.0], dtype=torch.float64), torch.tensor(2.0, dtype=torch.float64)
    got = submission.binary_cross_entropy_with_logits(logits, target, weight)
    check_close(got, 3 * two.log())


def test_binary_cross_entropy_with_logits_is_cross_entropy_of_two_classes(submission, rng):
    """It equals the cross-entropy of two classes with the scores x and 0."""
    logits, labels = rng.normal(6), rng.labels(6, 2)
    want = functional.cross_entropy(torch.stack([torch.zeros(6, dtype=torch.float64), logits], 1), labels)
    check_close(submission.binary_cross_entropy_with_logits(logits, labels.double()), want)


@pytest.mark.parametrize("shape", [(), (1,), (1, 1), (1, 4), (2, 3, 4, 5)])
def test_binary_cross_entropy_with_logits_of_other_shapes(submission, rng, shape):
    """One number, one sample and four axes are welcome; targets may be soft."""
    logits, target = rng.normal(*shape), rng.uniform(*shape)
    check_close(submission.binary_cross_entropy_with_logits(logits, target), oracle(logits, target))


@pytest.mark.detail
def test_binary_cross_entropy_with_logits_when_not_contiguous(submission, rng):
    """Transposed and expanded arguments give the right value."""
    logits, target = rng.normal(3, 5).t(), rng.uniform(5, 1).expand(5, 3)
    check_close(submission.binary_cross_entropy_with_logits(logits, target), oracle(logits, target))


@pytest.mark.weight(2)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_binary_cross_entropy_with_logits_gradient(submission, rng, reduction, weighted):
    """The gradient is right with and without weights, for soft targets too."""
    logits, target = rng.normal(5, 3).requires_grad_(), rng.uniform(5, 3)
    options = {"pos_weight": rng.uniform(3, low=0.2, high=4) if weighted else None, "reduction": reduction}
    check_gradients(submission.binary_cross_entropy_with_logits, oracle, logits, target, **options, rng=rng)


def test_binary_cross_entropy_with_logits_derivatives(submission, rng):
    """First and second derivatives agree with finite differences."""
    logits, target = rng.normal(3, 2).requires_grad_(), rng.uniform(3, 2)
    check_gradcheck(submission.binary_cross_entropy_with_logits, logits, target, second=True)


@pytest.mark.weight(2)
def test_binary_cross_entropy_with_logits_gradient_when_score_is_zero(submission, rng):
    """At a score of 0 the slope is 1/2 - t: the curve has no corner there."""
    logits, target = torch.zeros(3, 2, dtype=torch.float64, requires_grad=True), rng.uniform(3, 2)
    check_gradients(submission.binary_cross_entropy_with_logits, oracle, logits, target, rng=rng)


@pytest.mark.weight(2)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_binary_cross_entropy_with_logits_is_finite_when_scores_are_large(submission, rng, dtype):
    """Scores of 1000 and -1000 give finite losses and gradients."""
    logits = torch.tensor(
        [1000.0, 1000.0, -1000.0, -1000.0, 1000.0, -1000.0], dtype=dtype, requires_grad=True
    )
    target = torch.tensor([1.0, 0.0, 1.0, 0.0, 0.3, 0.3], dtype=dtype)
    function = submission.binary_cross_entropy_with_logits
    check_gradients(function, oracle, logits, target, reduction="none", rng=rng)


@pytest.mark.parametrize(("left", "right"), [((5, 1), (5,)), ((5, 3), (3,)), ((2, 3), (1, 3))])
def test_binary_cross_entropy_with_logits_refuses_other_shapes(submission, rng, left, right):
    """Shapes that differ raise a ValueError about target, and never broadcast."""
    with check_raises(ValueError, naming="target"):
        submission.binary_cross_entropy_with_logits(rng.normal(*left), rng.uniform(*right))


def test_binary_cross_entropy_with_logits_is_made_by_hand(submission, rng):
    """The loss is made from exp and log, without torch's own."""
    logits, target = rng.normal(4, 3), rng.uniform(4, 3)
    call = {"forbidden": FORBIDDEN, "task": "binary_cross_entropy_with_logits"}
    check_by_hand(submission, lambda: submission.binary_cross_entropy_with_logits(logits, target), **call)


def test_binary_cross_entropy_with_logits_has_manners(submission, rng):
    """Arguments, random state and modes stay as they were."""
    logits, target = rng.normal(4, 3), rng.uniform(4, 3)
    check_manners(submission, lambda: submission.binary_cross_entropy_with_logits(logits, target))


def test_binary_cross_entropy_with_logits_on_a_device(submission, rng):
    """On an accelerator the loss is the same and stays there."""
    check_device(submission.binary_cross_entropy_with_logits, rng.normal(4, 3), rng.uniform(4, 3))
