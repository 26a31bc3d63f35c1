"""Suite of losses.hinge_loss."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_gradcheck,
    check_gradients,
    check_like,
    check_manners,
    check_vectorised,
)

FORBIDDEN = ("multi_margin_loss", "MultiMarginLoss", "multilabel_margin_loss", "hinge_embedding_loss")


def _oracle(scores, labels, margin=1.0):
    """Undo the division by K of torch's own loss."""
    return torch.nn.functional.multi_margin_loss(scores, labels, margin=margin) * scores.shape[1]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_hinge_loss_shape_and_dtype(submission, rng, dtype):
    """The loss is one number without axes, in the dtype of the scores."""
    scores, labels = rng.normal(7, 4, dtype=dtype), rng.labels(7, 4)
    check_like(submission.hinge_loss(scores, labels), _oracle(scores, labels))


@pytest.mark.visible
def test_hinge_loss_of_two_samples(submission):
    """Scores 3, 2.5, 0 with label 0 cost 0.5; 1, 2, 3 with label 1 cost 2."""
    scores, labels = torch.tensor([[3.0, 2.5, 0.0], [1.0, 2.0, 3.0]]), torch.tensor([0, 1])
    check_close(submission.hinge_loss(scores, labels), torch.tensor(1.25))


def test_hinge_loss_is_zero_when_the_margin_is_kept(submission, rng):
    """A true class far above the others costs exactly nothing."""
    labels = rng.labels(6, 4)
    scores = rng.uniform(6, 4).scatter(1, labels[:, None], 3.0)
    check_close(submission.hinge_loss(scores, labels), torch.zeros((), dtype=torch.float64))


def test_hinge_loss_of_equal_scores(submission, rng):
    """Equal scores cost the margin for each of the K - 1 wrong classes."""
    scores, want = torch.zeros(6, 5, dtype=torch.float64), torch.tensor(8.0, dtype=torch.float64)
    check_close(submission.hinge_loss(scores, rng.labels(6, 5), 2.0), want)


@pytest.mark.parametrize("margin", [0.0, 0.3, 1.0, 4.0])
def test_hinge_loss_of_any_margin(submission, rng, margin):
    """The margin is respected, whatever it is."""
    scores, labels = rng.normal(9, 4), rng.labels(9, 4)
    want = torch.stack(
        [
            (margin + scores[n, j] - scores[n, labels[n]]).clamp(min=0)
            for n in range(9)
            for j in range(4)
            if j != labels[n]
        ]
    )
    check_close(submission.hinge_loss(scores, labels, margin=margin), want.sum() / 9)


@pytest.mark.parametrize("shape", [(1, 4), (4, 2), (1, 2)])
def test_hinge_loss_of_small_shapes(submission, rng, shape):
    """One sample and two classes are welcome."""
    scores, labels = rng.normal(*shape), rng.integers(0, shape[1], shape[0])
    check_close(submission.hinge_loss(scores, labels), _oracle(scores, labels))


@pytest.mark.detail
def test_hinge_loss_when_not_contiguous(submission, rng):
    """Transposed and expanded arguments give the right value."""
    scores, labels = rng.normal(4, 6).t(), torch.tensor([3]).expand(6)
    check_close(submission.hinge_loss(scores, labels), _oracle(scores, labels))


@pytest.mark.weight(2)
@pytest.mark.parametrize("margin", [0.5, 2.0])
def test_hinge_loss_gradient(submission, rng, margin):
    """The gradient pulls the true class up and pushes the violators down."""
    scores, labels = (2 * rng.normal(7, 4)).requires_grad_(), rng.labels(7, 4)
    check_gradients(submission.hinge_loss, _oracle, scores, labels, margin=margin, rng=rng)


def test_hinge_loss_derivatives(submission, rng):
    """The derivative agrees with finite differences."""
    scores = torch.tensor([[0.3, 0.9, -2.0], [1.5, -0.6, 0.8]], dtype=torch.float64, requires_grad=True)
    check_gradcheck(submission.hinge_loss, scores, torch.tensor([1, 2]))


def test_hinge_loss_of_large_scores(submission, rng):
    """Scores around 1e6 give the exact loss and gradient."""
    scores, labels = (1e6 * rng.normal(5, 3)).requires_grad_(), rng.labels(5, 3)
    check_gradients(submission.hinge_loss, _oracle, scores, labels, rng=rng)


def test_hinge_loss_has_no_loop(submission, rng):
    """The number of operators does not grow with the number of samples."""
    few, many = (rng.normal(4, 3), rng.labels(4, 3)), (rng.normal(64, 3), rng.labels(64, 3))
    check_vectorised(submission, lambda: submission.hinge_loss(*few), lambda: submission.hinge_loss(*many))


def test_hinge_loss_is_made_by_hand(submission, rng):
    """The loss is made without torch's own."""
    scores, labels = rng.normal(4, 3), rng.labels(4, 3)
    call = {"forbidden": FORBIDDEN, "task": "hinge_loss"}
    check_by_hand(submission, lambda: submission.hinge_loss(scores, labels), **call)


def test_hinge_loss_has_manners(submission, rng):
    """Arguments, random state and modes stay as they were."""
    scores, labels = rng.normal(4, 3), rng.labels(4, 3)
    check_manners(submission, lambda: submission.hinge_loss(scores, labels))


def test_hinge_loss_on_a_device(submission, rng):
    """On an accelerator the loss is the same and stays there."""
    check_device(submission.hinge_loss, rng.normal(4, 3), rng.labels(4, 3))
