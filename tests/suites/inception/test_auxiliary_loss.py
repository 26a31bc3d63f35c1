"""Suite of inception.auxiliary_loss."""

import pytest
import torch
from torch.nn import functional

from grader.suite import check_close, check_device, check_dtype, check_gradients, check_manners, check_shape


def by_hand(outputs, labels, weight=0.3):
    """Sum the losses of all heads, each -log of the label's share."""
    heads = [outputs] if isinstance(outputs, torch.Tensor) else list(outputs)
    losses = [-scores.log_softmax(1).gather(1, labels.unsqueeze(1)).mean() for scores in heads]
    return losses[0] + weight * sum(losses[1:], torch.zeros_like(losses[0]))


def drawn(rng, heads, n=7, k=4, dtype=torch.float64):
    """Draw scores of so many heads, and labels."""
    return tuple(2 * rng.normal(n, k, dtype=dtype) for _ in range(heads)), rng.labels(n, k)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("heads", [1, 3])
def test_auxiliary_loss_shape_and_dtype(submission, rng, heads, dtype):
    """The loss is one number, in the dtype of the scores."""
    got = submission.auxiliary_loss(*drawn(rng, heads, dtype=dtype))
    check_shape(got, ())
    check_dtype(got, dtype)


@pytest.mark.visible
def test_auxiliary_loss_of_equal_scores(submission):
    """Three heads that know nothing of 10 classes: (1 + 0.3 + 0.3) log 10."""
    scores, labels = torch.zeros(4, 10, dtype=torch.float64), torch.tensor([0, 3, 9, 3])
    one = torch.tensor(10.0, dtype=torch.float64).log()
    check_close(submission.auxiliary_loss(scores, labels), one, "the loss of one tensor")
    check_close(
        submission.auxiliary_loss((scores, scores, scores), labels), 1.6 * one, "the loss of three heads"
    )


@pytest.mark.visible
def test_auxiliary_loss_of_one_sample(submission):
    """Shares 1/2, 1/4 and 1/8 of the label: log 2 + 0.5 (log 4 + log 8)."""
    shares = (torch.tensor([[1.0, 1.0]]), torch.tensor([[3.0, 1.0]]), torch.tensor([[7.0, 1.0]]))
    outputs = tuple(share.double().log() for share in shares)
    want = 3.5 * torch.tensor(2.0, dtype=torch.float64).log()
    check_close(submission.auxiliary_loss(outputs, torch.tensor([1]), weight=0.5), want)


@pytest.mark.weight(2)
def test_auxiliary_loss_of_a_tensor(submission, rng):
    """Scores alone, as in evaluation, cost their cross-entropy."""
    (scores,), labels = drawn(rng, 1)
    check_close(submission.auxiliary_loss(scores, labels), functional.cross_entropy(scores, labels))
    (scores,), labels = drawn(rng, 1, n=1)
    check_close(submission.auxiliary_loss(scores, labels), functional.cross_entropy(scores, labels))


@pytest.mark.weight(2)
@pytest.mark.parametrize("heads", [1, 2, 3, 5])
@pytest.mark.parametrize("weight", [None, 0.0, 0.7, 1.0])
def test_auxiliary_loss_of_any_number_of_heads(submission, rng, weight, heads):
    """The first counts fully, each further one with the weight."""
    options = {} if weight is None else {"weight": weight}
    outputs, labels = drawn(rng, heads)
    check_close(submission.auxiliary_loss(outputs, labels, **options), by_hand(outputs, labels, **options))


def test_auxiliary_loss_of_a_list(submission, rng):
    """The scores may come in a list."""
    outputs, labels = drawn(rng, 3)
    check_close(submission.auxiliary_loss(list(outputs), labels), by_hand(outputs, labels))


@pytest.mark.weight(2)
@pytest.mark.parametrize("heads", [2, 3])
def test_auxiliary_loss_gradient(submission, rng, heads):
    """Every head receives its gradient."""

    def of_heads(function):
        return lambda *scores: function(scores, labels)

    outputs, labels = drawn(rng, heads)
    leaves = [scores.requires_grad_() for scores in outputs]
    check_gradients(of_heads(submission.auxiliary_loss), of_heads(by_hand), *leaves, rng=rng)


def test_auxiliary_loss_survives_a_large_gap(submission):
    """A label 1000 below the top costs 1000, in any head."""
    far, labels = torch.tensor([[0.0, -1000.0]], dtype=torch.float64), torch.tensor([1])
    got = submission.auxiliary_loss((far, far), labels)
    check_close(got, torch.tensor(1300.0, dtype=torch.float64))


def test_auxiliary_loss_has_manners(submission, rng):
    """Scores, random state and modes stay as they were."""
    outputs, labels = drawn(rng, 3)
    check_manners(submission, lambda: submission.auxiliary_loss(outputs, labels))


@pytest.mark.parametrize("heads", [1, 3])
def test_auxiliary_loss_on_a_device(submission, rng, heads):
    """On an accelerator the loss is the same and stays there."""
    check_device(submission.auxiliary_loss, *drawn(rng, heads))
