"""Suite of losses.cross_entropy."""

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

FORBIDDEN = (
    "cross_entropy",
    "cross_entropy_loss",
    "CrossEntropyLoss",
    "nll_loss",
    "NLLLoss",
    "log_softmax",
    "softmax",
    "logsumexp",
)
REDUCTIONS = ("none", "mean", "sum")
ROOM = 1e-6  # ten times what 1 / (a count that torch made) is off: it is float32


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_cross_entropy_shape_and_dtype(submission, rng, dtype, reduction):
    """One loss for each label, in the dtype of the logits."""
    logits, labels = rng.normal(7, 4, dtype=dtype), rng.labels(7, 4)
    want = functional.cross_entropy(logits, labels, reduction=reduction)
    check_like(submission.cross_entropy(logits, labels, reduction=reduction), want)


@pytest.mark.visible
def test_cross_entropy_of_two_samples(submission):
    """Scores log 1, log 2, log 5 and label 1 cost log 4: p is 2/8."""
    logits = torch.tensor([[1.0, 2.0, 5.0], [3.0, 3.0, 2.0]], dtype=torch.float64).log()
    labels = torch.tensor([1, 2])
    want = torch.tensor([4.0, 4.0], dtype=torch.float64).log()
    check_close(submission.cross_entropy(logits, labels, reduction="none"), want)
    check_close(submission.cross_entropy(logits, labels), want[0], rtol=ROOM)


@pytest.mark.visible
def test_cross_entropy_smooths_over_all_classes(submission):
    """With K = 4 and s = 0.2, the true class keeps 0.8 + 0.2 / 4 = 0.85."""
    logits = torch.tensor([[0.0, 1.0, 2.0, 3.0]], dtype=torch.float64)
    log_probs = logits - logits.exp().sum().log()
    share = torch.tensor([0.05, 0.85, 0.05, 0.05], dtype=torch.float64)
    got = submission.cross_entropy(logits, torch.tensor([1]), label_smoothing=0.2)
    check_close(got, -(share * log_probs).sum(), rtol=ROOM)


def test_cross_entropy_of_equal_scores(submission, rng):
    """A model that knows nothing costs log K."""
    want = torch.tensor(5.0, dtype=torch.float64).log()
    got = submission.cross_entropy(torch.zeros(6, 5, dtype=torch.float64), rng.labels(6, 5))
    check_close(got, want, rtol=ROOM)


def test_cross_entropy_divides_by_the_sum_of_weights(submission, rng):
    """The weighted mean divides by the sum of the weights of the labels."""
    logits, labels = rng.normal(7, 3, dtype=torch.float64), rng.labels(7, 3)
    weight = torch.tensor([5.0, 1.0, 0.5], dtype=torch.float64)
    want = functional.cross_entropy(logits, labels, weight=weight)
    check_close(submission.cross_entropy(logits, labels, weight=weight), want)


@pytest.mark.parametrize("ignored", [-100, -1, 2, 9])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_cross_entropy_leaves_ignored_samples_out(submission, rng, reduction, ignored):
    """Samples with the ignored label cost 0 and do not count in the mean."""
    logits, labels = rng.normal(7, 4, dtype=torch.float64), rng.labels(7, 4)
    labels[1] = labels[4] = ignored
    options = {"ignore_index": ignored, "reduction": reduction}
    check_close(
        submission.cross_entropy(logits, labels, **options),
        functional.cross_entropy(logits, labels, **options),
        rtol=ROOM,
    )


def test_cross_entropy_when_all_are_ignored(submission, rng):
    """When every sample is ignored the sum is 0 and the mean is nan."""
    logits, labels = rng.normal(4, 3, dtype=torch.float64), torch.full((4,), -100)
    got = submission.cross_entropy(logits, labels, reduction="sum")
    check_close(got, torch.zeros((), dtype=torch.float64))
    want = torch.full((), torch.nan, dtype=torch.float64)
    check_close(submission.cross_entropy(logits, labels), want, "mean over nobody")


@pytest.mark.weight(2)
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("axes", [(3,), (3, 5)])
def test_cross_entropy_of_images(submission, rng, axes, reduction):
    """Each position of further axes is a sample; the classes stay on axis 1."""
    logits, labels = rng.normal(2, 4, *axes, dtype=torch.float64), rng.integers(0, 4, 2, *axes)
    want = functional.cross_entropy(logits, labels, reduction=reduction)
    check_close(submission.cross_entropy(logits, labels, reduction=reduction), want, rtol=ROOM)


@pytest.mark.parametrize("shape", [(1, 4), (4, 1), (1, 1), (1, 4, 1)])
def test_cross_entropy_of_small_shapes(submission, rng, shape):
    """One sample and one class keep their axes."""
    logits, labels = rng.normal(*shape, dtype=torch.float64), rng.integers(0, shape[1], shape[0], *shape[2:])
    want = functional.cross_entropy(logits, labels, reduction="none")
    check_close(submission.cross_entropy(logits, labels, reduction="none"), want)


@pytest.mark.detail
def test_cross_entropy_when_not_contiguous(submission, rng):
    """Transposed and expanded arguments give the right value."""
    logits, labels = rng.normal(4, 6, dtype=torch.float64).t(), torch.tensor([3]).expand(6)
    want = functional.cross_entropy(logits, labels)
    check_close(submission.cross_entropy(logits, labels), want, rtol=ROOM)


@pytest.mark.weight(2)
@pytest.mark.parametrize("smoothing", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_cross_entropy_gradient(submission, rng, reduction, smoothing):
    """Weights, ignored labels and smoothing together: value and gradient."""
    logits, labels = rng.normal(8, 4, 3, dtype=torch.float64).requires_grad_(), rng.integers(0, 4, 8, 3)
    labels[2, 1] = -100
    options = {"weight": rng.uniform(4, low=0.2, high=3, dtype=torch.float64), "label_smoothing": smoothing}
    function, oracle = submission.cross_entropy, functional.cross_entropy
    check_gradients(function, oracle, logits, labels, **options, reduction=reduction, rng=rng, rtol=ROOM)


def test_cross_entropy_derivatives(submission, rng):
    """First and second derivatives agree with finite differences."""
    logits, labels = rng.normal(5, 3, dtype=torch.float64).requires_grad_(), rng.labels(5, 3)
    check_gradcheck(submission.cross_entropy, logits, labels, label_smoothing=0.1, second=True)


@pytest.mark.weight(2)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("gap", [200.0, 1000.0])
def test_cross_entropy_survives_a_large_gap(submission, rng, gap, dtype):
    """A label 200 or 1000 below the top costs that much, with its gradient."""
    logits = torch.tensor([[0.0, -gap, 1.0], [gap, 0.0, -gap]], dtype=dtype, requires_grad=True)
    labels = torch.tensor([1, 2])
    check_gradients(
        submission.cross_entropy,
        functional.cross_entropy,
        logits,
        labels,
        rng=rng,
        rtol=ROOM if dtype is torch.float64 else None,
    )


def test_cross_entropy_when_a_class_is_ruled_out(submission, rng):
    """A score of -inf for another class does no harm to value or gradient."""
    logits = rng.normal(3, 4, dtype=torch.float64)
    logits[0, 1] = logits[2, 3] = -torch.inf
    labels = torch.tensor([0, 2, 1])
    check_gradients(
        submission.cross_entropy,
        functional.cross_entropy,
        logits.requires_grad_(),
        labels,
        rng=rng,
        rtol=ROOM,
    )


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_cross_entropy_when_an_ignored_sample_rules_classes_out(submission, rng, reduction):
    """An ignored sample costs 0 also where its scores are -inf."""
    logits, labels = rng.normal(3, 4, dtype=torch.float64), torch.tensor([0, 2, 1])
    logits[1, [0, 2, 3]] = -torch.inf
    options = {"ignore_index": 2, "reduction": reduction}
    want = functional.cross_entropy(logits, labels, **options)
    check_close(submission.cross_entropy(logits, labels, **options), want, rtol=ROOM)


def test_cross_entropy_has_no_loop(submission, rng):
    """The number of operators does not grow with the number of samples."""
    few, many = (rng.normal(4, 3), rng.labels(4, 3)), (rng.normal(64, 3), rng.labels(64, 3))
    check_vectorised(
        submission, lambda: submission.cross_entropy(*few), lambda: submission.cross_entropy(*many)
    )


@pytest.mark.parametrize("shape", [(4, 1), (3,), (1,)])
def test_cross_entropy_refuses_other_shapes(submission, rng, shape):
    """Labels that are not one for each sample raise a ValueError about labels."""
    with check_raises(ValueError, naming="labels"):
        submission.cross_entropy(rng.normal(4, 3), rng.integers(0, 3, *shape))


@pytest.mark.parametrize("label", [-1, -100, 3])
def test_cross_entropy_refuses_labels_out_of_range(submission, rng, label):
    """A label that is neither a class nor ignored raises a ValueError."""
    with check_raises(ValueError, naming="labels"):
        submission.cross_entropy(rng.normal(4, 3), torch.tensor([0, 1, label, 2]), ignore_index=7)


def test_cross_entropy_is_made_by_hand(submission, rng):
    """The loss is made without torch's own."""
    logits, labels = rng.normal(4, 3), rng.labels(4, 3)
    call = {"forbidden": FORBIDDEN, "task": "cross_entropy"}
    check_by_hand(submission, lambda: submission.cross_entropy(logits, labels), **call)


def test_cross_entropy_has_manners(submission, rng):
    """Arguments, random state and modes stay as they were."""
    logits, labels, weight = rng.normal(4, 3), rng.labels(4, 3), rng.uniform(3)
    check_manners(submission, lambda: submission.cross_entropy(logits, labels, weight, label_smoothing=0.1))


def test_cross_entropy_on_a_device(submission, rng):
    """On an accelerator the loss is the same and stays there."""
    check_device(submission.cross_entropy, rng.normal(4, 3), rng.labels(4, 3), label_smoothing=0.1)
