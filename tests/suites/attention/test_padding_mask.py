"""Suite of attention.padding_mask."""

import pytest
import torch

from grader.suite import check_close, check_device, check_like, check_manners, check_vectorised


def by_hand(lengths, length):
    """The oracle: every token by itself."""
    rows = [[position < end for position in range(length)] for end in lengths.tolist()]
    return torch.tensor(rows, dtype=torch.bool).reshape(len(lengths), length)


@pytest.mark.parametrize("n, length", [(4, 6), (1, 3), (0, 4), (2, 0)])
def test_padding_mask_shape_and_dtype(submission, rng, n, length):
    """(N, T) booleans, also for no sequences."""
    lengths = rng.integers(0, length + 1, n)
    check_like(submission.padding_mask(lengths, length), by_hand(lengths, length))


@pytest.mark.visible
def test_padding_mask_of_two_sequences(submission):
    """Of 3 positions a sequence of 3 has all, one of 1 the first."""
    want = torch.tensor([[True, True, True], [True, False, False]])
    check_close(submission.padding_mask(torch.tensor([3, 1]), 3), want)


@pytest.mark.weight(3)
@pytest.mark.parametrize("n, length", [(7, 5), (4, 4), (1, 6), (3, 1)])
def test_padding_mask_of_any_lengths(submission, rng, n, length):
    """Position t is there where t is below the length, for lengths in any order."""
    lengths = rng.integers(0, length + 1, n)
    check_close(submission.padding_mask(lengths, length), by_hand(lengths, length))


@pytest.mark.parametrize("lengths", [(2, 1), (0, 0), (4, 4)], ids=str)
def test_padding_mask_longer_than_the_longest(submission, lengths):
    """There are T columns, also where no sequence is so long or none has a token."""
    lengths = torch.tensor(lengths)
    check_close(submission.padding_mask(lengths, 6), by_hand(lengths, 6))


def test_padding_mask_has_no_loop(submission, rng):
    """The number of operators does not grow with the number of sequences."""
    few, many = rng.integers(0, 6, 2), rng.integers(0, 6, 40)
    check_vectorised(
        submission, lambda: submission.padding_mask(few, 5), lambda: submission.padding_mask(many, 5)
    )


def test_padding_mask_has_manners(submission, rng):
    """The lengths and torch's random state stay as they were."""
    lengths = rng.integers(0, 6, 4)
    check_manners(submission, lambda: submission.padding_mask(lengths, 5))


def test_padding_mask_on_a_device(submission):
    """On an accelerator the mask is the same and stays there."""
    check_device(submission.padding_mask, torch.tensor([3, 0, 5, 2]), 5)
