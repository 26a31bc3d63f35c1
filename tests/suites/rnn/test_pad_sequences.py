"""Suite of rnn.pad_sequences."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_fields,
    check_gradients,
    check_like,
    check_manners,
)

FORBIDDEN = ("pad_sequence", "pack_sequence", "pad_packed_sequence", "nested_tensor", "to_padded_tensor")


def padded_by_hand(sequences, padding_value=0, batch_first=True):
    """The oracle: number by number into a full tensor."""
    lengths = [sequence.shape[0] for sequence in sequences]
    first = sequences[0]
    padded = torch.full((len(sequences), max(lengths), *first.shape[1:]), padding_value, dtype=first.dtype)
    for n, sequence in enumerate(sequences):
        for t in range(lengths[n]):
            padded[n, t] = sequence[t]
    return padded if batch_first else padded.transpose(0, 1), torch.tensor(lengths)


def sequences_of(rng, lengths, *further, dtype=torch.float64):
    """Draw a sequence of each length."""
    return [rng.normal(length, *further).mul(100).to(dtype) for length in lengths]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int64])
def test_pad_sequences_shape_and_dtype(submission, rng, dtype):
    """Three sequences of up to 5 steps become (3, 5) in their dtype."""
    sequences = sequences_of(rng, (2, 5, 3), dtype=dtype)
    check_like(submission.pad_sequences(sequences), padded_by_hand(sequences))


@pytest.mark.visible
def test_pad_sequences_of_two_words(submission):
    """(5, 6) and (7) padded with 9 are (5, 6) and (7, 9), of lengths 2 and 1."""
    got = submission.pad_sequences([torch.tensor([5, 6]), torch.tensor([7])], padding_value=9)
    check_close(got, (torch.tensor([[5, 6], [7, 9]]), torch.tensor([2, 1])))


@pytest.mark.weight(2)
@pytest.mark.parametrize("lengths", [(4, 2, 6), (5,), (7, 1, 4, 2, 5)], ids=str)
@pytest.mark.parametrize("further", [(), (3,), (2, 4)], ids=str)
def test_pad_sequences_keeps_order_and_values(submission, rng, lengths, further):
    """Each row is its sequence, then padding; the rows stay in their order."""
    sequences = sequences_of(rng, lengths, *further)
    check_close(submission.pad_sequences(sequences), padded_by_hand(sequences))


@pytest.mark.weight(2)
@pytest.mark.parametrize("value", [-1, 2.5])
@pytest.mark.parametrize("further", [(), (3,)], ids=str)
def test_pad_sequences_time_first(submission, rng, value, further):
    """Without batch_first the time is axis 0 and the batch axis 1."""
    sequences = sequences_of(rng, (4, 2, 6), *further)
    got = submission.pad_sequences(sequences, value, batch_first=False)
    check_close(got, padded_by_hand(sequences, value, batch_first=False))


@pytest.mark.parametrize("lengths", [(0, 3), (2, 0, 4), (0, 0)], ids=str)
def test_pad_sequences_when_one_is_empty(submission, rng, lengths):
    """An empty sequence is a row of padding, of length 0."""
    sequences = sequences_of(rng, lengths, 2)
    check_close(submission.pad_sequences(sequences, -3), padded_by_hand(sequences, -3))


def test_pad_sequences_when_a_value_is_the_padding(submission):
    """The length of a sequence that ends in the padding value still counts it."""
    sequences = [torch.tensor([1, 0, 0]), torch.tensor([0, 2]), torch.tensor([0])]
    check_close(submission.pad_sequences(sequences), padded_by_hand(sequences))


def test_pad_sequences_gradient(submission, rng):
    """The gradient of each sequence is that of its own part of the result."""
    first, second = rng.normal(2, 3).requires_grad_(), rng.normal(4, 3).requires_grad_()

    def padded_of(pad):
        return lambda *parts: pad(parts)[0]

    function = padded_of(lambda parts: submission.pad_sequences(list(parts), 1.5))
    check_gradients(function, padded_of(lambda p: padded_by_hand(p, 1.5)), first, second, rng=rng)


def test_pad_sequences_is_made_by_hand(submission, rng):
    """The padding is made without torch's own."""
    sequences = sequences_of(rng, (2, 4))
    check_by_hand(submission, lambda: submission.pad_sequences(sequences), FORBIDDEN, "pad_sequences")


def test_pad_sequences_has_manners(submission, rng):
    """The sequences and torch's random state stay as they were."""
    sequences = sequences_of(rng, (2, 4, 3))
    check_manners(submission, lambda: submission.pad_sequences(sequences, batch_first=False))


def test_pad_sequences_on_a_device(submission, rng):
    """On an accelerator padding and lengths lie there too."""
    check_device(submission.pad_sequences, sequences_of(rng, (2, 4, 3), 2), 7)


def test_pad_sequences_names_what_it_returns(submission, rng):
    """The result is a named tuple with the fields padded and lengths."""
    check_fields(submission.pad_sequences(sequences_of(rng, (2, 4))), ("padded", "lengths"))
