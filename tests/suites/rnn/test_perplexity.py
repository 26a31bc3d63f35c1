"""Suite of rnn.perplexity."""

import pytest
import torch

from grader.suite import check_close, check_device, check_gradients, check_like, check_manners


def by_hand(logits, targets, ignore_index=-100):
    """The oracle: token by token."""
    log_probs = logits - logits.logsumexp(-1, keepdim=True)
    n, t, _ = logits.shape
    places = [(i, j) for i in range(n) for j in range(t) if int(targets[i, j]) != ignore_index]
    costs = [-log_probs[i, j, int(targets[i, j])] for i, j in places]
    return torch.stack(costs).mean().exp()


def batch(rng, n, t, v, ignored=None, dtype=torch.float64):
    """Draw scores and targets; with `ignored` row i keeps a number of targets of its own."""
    logits, targets = rng.normal(n, t, v, std=2.0, dtype=dtype), rng.integers(0, v, n, t)
    if ignored is not None:
        kept = (torch.arange(n) % t + 1).unsqueeze(1)
        targets = torch.where(torch.arange(t) < kept, targets, ignored)
    return logits, targets


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_perplexity_shape_and_dtype(submission, rng, dtype):
    """One number without axes, in the dtype of the scores."""
    logits, targets = batch(rng, 3, 5, 4, dtype=dtype)
    check_like(submission.perplexity(logits, targets), by_hand(logits, targets))


@pytest.mark.visible
def test_perplexity_of_three_tokens(submission):
    """Probabilities 3/4, 1/2, 9/10: their geometric mean is 0.696, 1 / that."""
    probs = torch.tensor([[[0.75, 0.25], [0.5, 0.5]], [[0.1, 0.9], [0.3, 0.7]]], dtype=torch.float64)
    got = submission.perplexity(probs.log(), torch.tensor([[0, 1], [1, -100]]))
    check_close(got, torch.tensor((0.75 * 0.5 * 0.9) ** (-1 / 3), dtype=torch.float64))


@pytest.mark.visible
@pytest.mark.parametrize("v", [2, 26])
def test_perplexity_of_equal_scores(submission, rng, v):
    """Equal scores for V tokens have the perplexity V."""
    logits = torch.full((2, 3, v), 5.0, dtype=torch.float64)
    got = submission.perplexity(logits, rng.integers(0, v, 2, 3))
    check_close(got, torch.tensor(float(v), dtype=torch.float64))


@pytest.mark.weight(2)
@pytest.mark.parametrize("sizes", [(3, 5, 4), (1, 6, 3), (4, 1, 3), (2, 3, 3), (3, 3, 5), (1, 1, 2)], ids=str)
def test_perplexity_gradient(submission, rng, sizes):
    """Value and gradient are right for any sizes, equal ones too."""
    logits, targets = batch(rng, *sizes)
    check_gradients(submission.perplexity, by_hand, logits.requires_grad_(), targets, rng=rng)


@pytest.mark.weight(2)
@pytest.mark.parametrize("ignored", [-100, 0, -1, 3, 99])
def test_perplexity_leaves_padding_out(submission, rng, ignored):
    """Tokens with the ignored target count in neither the sum nor the number."""
    logits, targets = batch(rng, 4, 6, 4, ignored)
    call = {"ignore_index": ignored, "rng": rng}
    check_gradients(submission.perplexity, by_hand, logits.requires_grad_(), targets, **call)


def test_perplexity_counts_tokens_not_sequences(submission, rng):
    """A sequence of five tokens counts five times as much as one of one token."""
    logits, targets = batch(rng, 2, 5, 3)
    targets[1, 1:] = -100
    logits[1] *= 4
    check_close(submission.perplexity(logits, targets), by_hand(logits, targets))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_perplexity_when_scores_are_large(submission, dtype):
    """Scores of 1000 are no trouble where the network is right, or nearly so."""
    logits = torch.tensor([[[1000.0, 0.0, -1000.0], [0.0, -30.0, 2.0]]], dtype=dtype, requires_grad=True)
    targets, upstream = torch.tensor([[0, 1]]), torch.tensor(0.25, dtype=dtype)
    check_gradients(submission.perplexity, by_hand, logits, targets, upstream=upstream)


def test_perplexity_when_it_is_too_large(submission):
    """A network that is sure and wrong by 1000 has an infinite perplexity."""
    got = submission.perplexity(torch.tensor([[[1000.0, 0.0]]]), torch.tensor([[1]]))
    check_close(got, torch.tensor(torch.inf))


@pytest.mark.detail
def test_perplexity_when_not_contiguous(submission, rng):
    """Scores that came with the time first and were transposed are fine."""
    logits, targets = rng.normal(5, 3, 4).transpose(0, 1), rng.integers(0, 4, 5, 3).t()
    check_close(submission.perplexity(logits, targets), by_hand(logits, targets))


def test_perplexity_has_manners(submission, rng):
    """The arguments and torch's random state stay as they were."""
    logits, targets = batch(rng, 4, 6, 4, -100)
    check_manners(submission, lambda: submission.perplexity(logits, targets))


def test_perplexity_on_a_device(submission, rng):
    """On an accelerator the perplexity is the same and stays there."""
    check_device(submission.perplexity, *batch(rng, 3, 5, 4, 0), 0)
