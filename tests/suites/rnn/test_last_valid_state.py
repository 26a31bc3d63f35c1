"""Suite of rnn.last_valid_state."""

import pytest
import torch

from grader.suite import (
    check_close,
    check_device,
    check_gradients,
    check_like,
    check_manners,
    check_raises,
    check_vectorised,
)


def by_hand(output, lengths):
    """The oracle: one row after the other."""
    return torch.stack([output[n, length - 1] for n, length in enumerate(lengths.tolist())])


def batch(rng, n, t, h, dtype=torch.float64):
    """Draw a padded batch: some sequence is as long as T, another of one step."""
    lengths = rng.integers(1, t + 1, n)
    lengths[0] = t
    lengths[-1] = 1 if n > 1 else t
    return rng.normal(n, t, h, dtype=dtype), lengths


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_last_valid_state_shape_and_dtype(submission, rng, dtype):
    """One state for each sequence, (N, H), in the dtype of output."""
    output, lengths = batch(rng, 4, 6, 3, dtype)
    check_like(submission.last_valid_state(output, lengths), by_hand(output, lengths))


@pytest.mark.visible
def test_last_valid_state_of_two_sequences(submission):
    """With lengths 3 and 1 the states are those at steps 2 and 0."""
    output = torch.arange(12.0).reshape(2, 3, 2)
    got = submission.last_valid_state(output, torch.tensor([3, 1]))
    check_close(got, torch.tensor([[4.0, 5.0], [6.0, 7.0]]))


@pytest.mark.weight(2)
@pytest.mark.parametrize("sizes", [(5, 7, 3), (1, 4, 2), (3, 3, 3)], ids=str)
def test_last_valid_state_gradient(submission, rng, sizes):
    """The gradient from above goes to the last steps; all others get 0."""
    output, lengths = batch(rng, *sizes)
    check_gradients(submission.last_valid_state, by_hand, output.requires_grad_(), lengths, rng=rng)


def test_last_valid_state_when_padding_is_nan(submission, rng):
    """What stands after the end of a sequence does not matter."""
    output, lengths = batch(rng, 4, 6, 3)
    output[torch.arange(6) >= lengths.unsqueeze(1)] = torch.nan
    check_gradients(submission.last_valid_state, by_hand, output.requires_grad_(), lengths, rng=rng)


@pytest.mark.detail
def test_last_valid_state_when_not_contiguous(submission, rng):
    """States that came with the time first and were transposed are fine."""
    output, lengths = rng.normal(5, 4, 3).transpose(0, 1), torch.tensor([2, 5, 1, 4])
    check_close(submission.last_valid_state(output, lengths), by_hand(output, lengths))


def test_last_valid_state_has_no_loop(submission, rng):
    """The number of operators does not grow with the number of sequences."""
    few, many = batch(rng, 2, 5, 3), batch(rng, 40, 5, 3)
    check_vectorised(
        submission, lambda: submission.last_valid_state(*few), lambda: submission.last_valid_state(*many)
    )


@pytest.mark.parametrize("lengths", [(2, 0, 3), (2, 5, 3), (2, -1, 3), (2, 3)], ids=str)
def test_last_valid_state_refuses_other_lengths(submission, rng, lengths):
    """A length below 1 or above T, or one too few, raise a ValueError."""
    with check_raises(ValueError, naming="lengths"):
        submission.last_valid_state(rng.normal(3, 4, 2), torch.tensor(lengths))


def test_last_valid_state_has_manners(submission, rng):
    """The arguments and torch's random state stay as they were."""
    output, lengths = batch(rng, 4, 6, 3)
    check_manners(submission, lambda: submission.last_valid_state(output, lengths))


def test_last_valid_state_on_a_device(submission, rng):
    """On an accelerator the states are found and stay there."""
    check_device(submission.last_valid_state, *batch(rng, 4, 6, 3))
