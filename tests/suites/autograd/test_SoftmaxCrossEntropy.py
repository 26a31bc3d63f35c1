"""Suite of autograd.SoftmaxCrossEntropy."""

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_equal,
    check_gradcheck,
    check_gradients,
    check_like,
    check_manners,
)

FORBIDDEN = (
    "softmax",
    "log_softmax",
    "logsumexp",
    "logaddexp",
    "cross_entropy",
    "nll_loss",
    "grad",
    "backward",
    "vjp",
)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_SoftmaxCrossEntropy_shape_and_dtype(submission, rng, dtype):
    """The loss is one number without axes, in the dtype of the logits."""
    logits, labels = rng.normal(7, 4, dtype=dtype), rng.labels(7, 4)
    check_like(submission.SoftmaxCrossEntropy.apply(logits, labels), functional.cross_entropy(logits, labels))


@pytest.mark.visible
def test_SoftmaxCrossEntropy_of_two_samples(submission):
    """Equal scores of two classes cost log 2; the gradient is (1/2 - one-hot) / 2."""
    logits = torch.zeros(2, 2, requires_grad=True)
    got = submission.SoftmaxCrossEntropy.apply(logits, torch.tensor([0, 1]))
    check_close(got, torch.tensor(2.0).log())
    check_equal(got.requires_grad, True, "requires_grad of the loss")
    found = torch.autograd.grad(got, logits)[0]
    check_close(found, torch.tensor([[-0.25, 0.25], [0.25, -0.25]]), "gradient")


@pytest.mark.weight(2)
@pytest.mark.parametrize("sizes", [(6, 4), (1, 5), (3, 1), (1, 1)])
def test_SoftmaxCrossEntropy_gradient(submission, rng, sizes):
    """The gradient is (softmax - one-hot) / N times what comes from above."""
    logits, labels = (2 * rng.normal(*sizes)).requires_grad_(), rng.integers(0, sizes[1], sizes[0])
    check_gradients(
        lambda logits: submission.SoftmaxCrossEntropy.apply(logits, labels),
        lambda logits: functional.cross_entropy(logits, labels),
        logits,
        upstream=rng.uniform(low=2.0, high=3.0),
    )


@pytest.mark.parametrize("level", [1000.0, -1000.0])
def test_SoftmaxCrossEntropy_is_finite_when_scores_are_large(submission, rng, level):
    """Scores around 1000 and -1000 give the right loss and gradient, not nan."""
    logits, labels = (rng.normal(5, 3) + level).requires_grad_(), rng.labels(5, 3)
    check_gradients(
        lambda logits: submission.SoftmaxCrossEntropy.apply(logits, labels),
        lambda logits: functional.cross_entropy(logits, labels),
        logits,
        rng=rng,
    )


def test_SoftmaxCrossEntropy_when_rows_are_far_apart(submission, rng):
    """Rows around 0, 1000 and -1000 in one batch: each has its own largest score."""
    level = torch.tensor([[0.0], [1000.0], [-1000.0], [300.0]], dtype=torch.float64)
    logits, labels = (rng.normal(4, 3) + level).requires_grad_(), rng.labels(4, 3)
    check_gradients(
        lambda logits: submission.SoftmaxCrossEntropy.apply(logits, labels),
        lambda logits: functional.cross_entropy(logits, labels),
        logits,
        rng=rng,
    )


def test_SoftmaxCrossEntropy_of_a_hopeless_label(submission):
    """Scores (0, -1000) and label 1 cost 1000, not inf, and the gradient is (1, -1)."""
    logits = torch.tensor([[0.0, -1000.0]], dtype=torch.float64, requires_grad=True)
    got = submission.SoftmaxCrossEntropy.apply(logits, torch.tensor([1]))
    check_close(got, torch.tensor(1000.0, dtype=torch.float64))
    check_equal(got.requires_grad, True, "requires_grad of the loss")
    found = torch.autograd.grad(got, logits)[0]
    check_close(found, torch.tensor([[1.0, -1.0]], dtype=torch.float64), "gradient")


@pytest.mark.detail
def test_SoftmaxCrossEntropy_when_not_contiguous(submission, rng):
    """Transposed logits and expanded labels give the right loss and gradient."""
    logits, labels = rng.normal(4, 6).t().requires_grad_(), torch.tensor([3]).expand(6)
    check_gradients(
        lambda logits: submission.SoftmaxCrossEntropy.apply(logits, labels),
        lambda logits: functional.cross_entropy(logits, labels),
        logits,
        rng=rng,
    )


@pytest.mark.weight(2)
def test_SoftmaxCrossEntropy_second_derivative(submission, rng):
    """The gradient can be differentiated again: the saved logits are in the graph."""

    def scenario(submission, logits, labels, v):
        logits = logits.clone().requires_grad_()
        loss = submission.SoftmaxCrossEntropy.apply(logits, labels)
        above = torch.full_like(loss, 2.0, requires_grad=True)
        slope = torch.autograd.grad(loss, logits, above, create_graph=True)[0]
        ((slope * v).sum() + 0 * logits.sum()).backward()
        return logits.grad

    logits, labels, v = rng.normal(4, 3), rng.labels(4, 3), rng.normal(4, 3)
    p = torch.softmax(logits, 1)
    want = 2 * p * (v - (p * v).sum(1, keepdim=True)) / 4
    check_close(submission.run(scenario, logits, labels, v), want, "second derivative times v")


def test_SoftmaxCrossEntropy_derivatives(submission, rng):
    """First and second derivatives agree with finite differences."""
    labels = rng.labels(3, 2)
    check_gradcheck(
        lambda logits: submission.SoftmaxCrossEntropy.apply(logits, labels),
        rng.normal(3, 2).requires_grad_(),
        second=True,
    )


def test_SoftmaxCrossEntropy_gives_the_labels_none(submission, rng):
    """backward returns two values, and the labels get None."""

    def scenario(submission, logits, labels):
        returned = []

        class Watched(submission.SoftmaxCrossEntropy):
            @staticmethod
            def backward(ctx, upstream):
                returned.extend(submission.SoftmaxCrossEntropy.backward(ctx, upstream))
                return tuple(returned)

        logits = logits.clone().requires_grad_()
        Watched.apply(logits, labels).backward()
        return logits.grad, [value is None for value in returned]

    logits, labels = rng.normal(4, 3), rng.labels(4, 3)
    grad, nothing = submission.run(scenario, logits, labels)
    want = (torch.softmax(logits, 1) - functional.one_hot(labels, 3)) / 4
    check_close(grad, want, "gradient")
    check_equal(nothing, [False, True], "whether each returned value is None")


def test_SoftmaxCrossEntropy_saves_tensors_with_ctx(submission, rng):
    """What backward needs is saved with save_for_backward, not as an attribute."""

    def scenario(submission, logits, labels):
        # The result is kept: torch 2.10 frees with it what was saved.
        y = submission.SoftmaxCrossEntropy.apply(logits.clone().requires_grad_(), labels)
        node = y.grad_fn
        kept = [value for value in getattr(node, "__dict__", {}).values() if isinstance(value, torch.Tensor)]
        return min(len(node.saved_tensors), 1), len(kept)

    saved, kept = submission.run(scenario, rng.normal(4, 3), rng.labels(4, 3))
    check_equal(kept, 0, "number of tensors that are attributes of ctx")
    check_equal(saved, 1, "tensors saved with save_for_backward, counted up to 1")


@pytest.mark.parametrize("changed", ["logits", "labels"])
def test_SoftmaxCrossEntropy_notices_a_change_before_backward(submission, rng, changed):
    """Other logits or labels in the same memory before backward: no wrong gradient."""

    def scenario(submission, logits, labels, changed):
        logits, labels = logits.clone().requires_grad_(), labels.clone()
        loss = submission.SoftmaxCrossEntropy.apply(logits, labels)
        with torch.no_grad():
            logits.mul_(-2.0) if changed == "logits" else labels.zero_()
        try:
            return torch.autograd.grad(loss, logits)[0]
        except RuntimeError:
            return "noticed"

    logits, labels = rng.normal(5, 3), rng.labels(5, 3)
    got = submission.run(scenario, logits, labels, changed)
    if isinstance(got, torch.Tensor):  # saving copies is wasteful and right
        want = (torch.softmax(logits, 1) - functional.one_hot(labels, 3)) / 5
        check_close(got, want, "gradient after the change")
    else:
        check_equal(got, "noticed", "what torch did at the change")


def test_SoftmaxCrossEntropy_is_made_by_hand(submission, rng):
    """Loss and gradient come from exp, log and sums; torch's state stays."""

    def scenario(submission, logits, labels):
        return submission.SoftmaxCrossEntropy.apply(logits, labels).detach()

    logits, labels = rng.normal(4, 3), rng.labels(4, 3)
    check_manners(submission, lambda: submission.SoftmaxCrossEntropy.apply(logits, labels))
    call = {"forbidden": FORBIDDEN, "task": "SoftmaxCrossEntropy"}
    check_by_hand(submission, lambda: submission.run(scenario, logits, labels), **call)


def test_SoftmaxCrossEntropy_on_a_device(submission, rng):
    """On an accelerator loss and gradient are the same and stay there."""

    def scenario(submission, logits, labels):
        logits = logits.clone().requires_grad_()
        loss = submission.SoftmaxCrossEntropy.apply(logits, labels)
        return loss.detach(), torch.autograd.grad(loss, logits)[0]

    check_device(lambda *arguments: submission.run(scenario, *arguments), rng.normal(4, 3), rng.labels(4, 3))
