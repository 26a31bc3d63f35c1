"""Suite of rnn.masked_mean."""

import pytest
import torch

from grader.suite import (
    check_close,
    check_device,
    check_gradients,
    check_like,
    check_manners,
    check_vectorised,
)


def by_hand(x, lengths):
    """The oracle: the mean of each sequence by itself."""
    return torch.stack([x[n, :length].mean(0) for n, length in enumerate(lengths.tolist())])


def batch(rng, n, t, d, dtype=torch.float64):
    """Draw a padded batch: some sequence is as long as T, another of one step."""
    lengths = rng.integers(1, t + 1, n)
    lengths[0] = t
    lengths[-1] = 1 if n > 1 else t
    return rng.normal(n, t, d, dtype=dtype), lengths


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_masked_mean_shape_and_dtype(submission, rng, dtype):
    """One mean for each sequence, (N, D), in the dtype of x."""
    x, lengths = batch(rng, 4, 6, 3, dtype)
    check_like(submission.masked_mean(x, lengths), by_hand(x, lengths))


@pytest.mark.visible
def test_masked_mean_of_two_sequences(submission):
    """1, 2, 6 make 3; 4 and 8, of length 2, make 6: the 99 does not count."""
    x = torch.tensor([[[1.0], [2.0], [6.0]], [[4.0], [8.0], [99.0]]])
    check_close(submission.masked_mean(x, torch.tensor([3, 2])), torch.tensor([[3.0], [6.0]]))


@pytest.mark.weight(2)
@pytest.mark.parametrize("sizes", [(5, 7, 3), (1, 4, 2), (3, 3, 3)], ids=str)
def test_masked_mean_gradient(submission, rng, sizes):
    """The gradient is 1 / L of what comes from above, and 0 at the padding."""
    x, lengths = batch(rng, *sizes)
    check_gradients(submission.masked_mean, by_hand, x.requires_grad_(), lengths, rng=rng)


def test_masked_mean_counts_zeros(submission, rng):
    """A step of zeros inside a sequence counts like any other."""
    x, lengths = batch(rng, 4, 6, 3)
    x[0, 2:5] = 0
    check_close(submission.masked_mean(x, lengths), by_hand(x, lengths))


@pytest.mark.weight(2)
@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf, 1e30])
def test_masked_mean_when_padding_is_not_finite(submission, rng, value):
    """Whatever stands in the padding reaches neither means nor gradients."""
    x, lengths = batch(rng, 4, 6, 3)
    x[torch.arange(6) >= lengths.unsqueeze(1)] = value
    check_gradients(submission.masked_mean, by_hand, x.requires_grad_(), lengths, rng=rng)


def test_masked_mean_of_expanded_input(submission, rng):
    """Expanded and transposed arguments give the right means."""
    x, lengths = rng.normal(3, 5).t().expand(4, 5, 3), torch.tensor([3]).expand(4)
    check_close(submission.masked_mean(x, lengths), by_hand(x, lengths))


def test_masked_mean_has_no_loop(submission, rng):
    """The number of operators does not grow with the number of sequences."""
    few, many = batch(rng, 2, 5, 3), batch(rng, 40, 5, 3)
    check_vectorised(submission, lambda: submission.masked_mean(*few), lambda: submission.masked_mean(*many))


def test_masked_mean_has_manners(submission, rng):
    """The arguments and torch's random state stay as they were."""
    x, lengths = batch(rng, 4, 6, 3)
    check_manners(submission, lambda: submission.masked_mean(x, lengths))


def test_masked_mean_on_a_device(submission, rng):
    """On an accelerator the means are the same and stay there."""
    check_device(submission.masked_mean, *batch(rng, 4, 6, 3))
