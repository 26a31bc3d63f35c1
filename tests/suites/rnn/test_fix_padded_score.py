"""Suite of rnn.fix_padded_score: each of its three mistakes alone, then all that the docstring says.

Without padding all means are the same; of one text alone time and batch cannot be exchanged.
"""

import math

import pytest
import torch
from torch.nn import functional

from grader.suite import check_close, check_device, check_fields, check_gradients, check_manners, check_shape


def by_loop(scores, targets, lengths):
    """The oracle: token by token."""
    losses, right = [], 0
    for n, length in enumerate(lengths.tolist()):
        for t in range(length):
            row, answer = scores[t, n], int(targets[n, t])
            losses.append(torch.logsumexp(row, 0) - row[answer])
            right += row.tolist().index(max(row.tolist())) == answer
    return torch.stack(losses).mean(), right / len(losses)


def drawn(rng, n, t, v, lengths):
    """Draw scores and targets, with 0 after the end of each text."""
    targets, lengths = rng.integers(0, v, n, t), torch.tensor(lengths)
    targets[torch.arange(t) >= lengths.unsqueeze(1)] = 0
    scores = 2 * rng.normal(t, n, v) + 2 * functional.one_hot(targets.t(), v) * rng.bool(t, n, 1)
    return scores, targets, lengths


@pytest.mark.visible
def test_fix_padded_score_shape(submission, rng):
    """A named tuple of a loss without axes and a float."""
    got = submission.fix_padded_score(*drawn(rng, 4, 3, 5, [3, 1, 2, 3]))
    check_fields(got, ("loss", "accuracy"))
    check_shape(got.loss, (), "loss")


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_padded_score_pairs_scores_with_targets(submission):
    """Two texts of three tokens, all known: the loss is small, the accuracy 1."""
    targets = torch.tensor([[0, 1, 2], [2, 2, 0]])
    scores = 9.0 * functional.one_hot(targets.t(), 3).double()
    got = submission.fix_padded_score(scores, targets, torch.tensor([3, 3]))
    want = torch.tensor(math.log(1 + 2 * math.exp(-9.0)), dtype=torch.float64)
    check_close(got.loss, want, "loss")
    check_close(got.accuracy, 1.0, "accuracy", rtol=1e-6)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_padded_score_takes_the_loss_of_real_tokens(submission):
    """One text of 2 in 5 steps: both tokens cost log 2, the padding nothing."""
    scores = torch.zeros(5, 1, 2, dtype=torch.float64)
    scores[2:, 0, 0] = 7.0
    got = submission.fix_padded_score(scores, torch.zeros(1, 5, dtype=torch.int64), torch.tensor([2]))
    check_close(got.loss, torch.tensor(math.log(2.0), dtype=torch.float64), "loss")


@pytest.mark.visible
@pytest.mark.weight(2)
def test_fix_padded_score_takes_the_share_of_real_tokens(submission):
    """One text of 2 in 5 steps, one of them named right: the accuracy is 0.5."""
    scores = torch.tensor([[3.0, 0.0], [3.0, 0.0], [3.0, 0.0], [0.0, 3.0], [3.0, 0.0]]).unsqueeze(1)
    got = submission.fix_padded_score(scores, torch.tensor([[0, 1, 0, 0, 0]]), torch.tensor([2]))
    check_close(got.accuracy, 0.5, "accuracy", rtol=1e-6)


@pytest.mark.weight(3)
@pytest.mark.parametrize(
    ("n", "t", "v", "lengths"),
    [(3, 5, 4, [5, 2, 3]), (5, 3, 2, [1, 3, 1, 2, 1]), (2, 4, 6, [1, 4]), (4, 4, 3, [4, 4, 1, 2])],
    ids=str,
)
def test_fix_padded_score_matches_a_loop(submission, rng, n, t, v, lengths):
    """Random texts: loss and accuracy are those of counting token by token."""
    scores, targets, lengths = drawn(rng, n, t, v, lengths)
    got, (loss, accuracy) = submission.fix_padded_score(scores, targets, lengths), by_loop(scores, targets, lengths)
    check_close(got.loss, loss, "loss")
    check_close(got.accuracy, accuracy, "accuracy", rtol=1e-6)


@pytest.mark.weight(2)
def test_fix_padded_score_gradient(submission, rng):
    """The gradient of the loss is 0 in the padding, and right elsewhere."""
    scores, targets, lengths = drawn(rng, 4, 5, 3, [2, 5, 1, 4])
    scores.requires_grad_()

    def theirs(scores):
        return submission.fix_padded_score(scores, targets, lengths).loss

    check_gradients(theirs, lambda scores: by_loop(scores, targets, lengths)[0], scores, rng=rng)


@pytest.mark.weight(2)
@pytest.mark.parametrize("number", [-1, 77, -100])
def test_fix_padded_score_of_any_padding(submission, rng, number):
    """What stands after the end of a text may be any number."""
    scores, targets, lengths = drawn(rng, 3, 4, 5, [4, 1, 2])
    loss, accuracy = by_loop(scores, targets, lengths)
    targets[torch.arange(4) >= lengths.unsqueeze(1)] = number
    got = submission.fix_padded_score(scores, targets, lengths)
    check_close(got.loss, loss, "loss")
    check_close(got.accuracy, accuracy, "accuracy", rtol=1e-6)


def test_fix_padded_score_of_an_empty_text(submission, rng):
    """A text of length 0 adds nothing."""
    scores, targets, lengths = drawn(rng, 3, 4, 5, [2, 0, 3])
    got, (loss, accuracy) = submission.fix_padded_score(scores, targets, lengths), by_loop(scores, targets, lengths)
    check_close(got.loss, loss, "loss")
    check_close(got.accuracy, accuracy, "accuracy", rtol=1e-6)


def test_fix_padded_score_manners(submission, rng):
    """Arguments and torch's state stay as they were."""
    check_manners(submission, lambda: submission.fix_padded_score(*drawn(rng, 3, 4, 5, [4, 1, 2])))


def test_fix_padded_score_on_a_device(submission, rng):
    """Loss and accuracy are computed on the device of the scores."""
    scores, targets, lengths = drawn(rng, 3, 4, 5, [4, 1, 2])
    check_device(lambda *args: submission.fix_padded_score(*args).loss, scores, targets, lengths)
