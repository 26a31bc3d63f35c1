"""Suite of rnn.one_hot_sequence."""

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    check_close,
    check_device,
    check_dtype,
    check_manners,
    check_raises,
    check_shape,
    check_vectorised,
)


def expected(indices, num_tokens):
    """Return the rows by torch's own function."""
    return functional.one_hot(indices, num_tokens).transpose(0, 1).float()


def test_one_hot_sequence_shape_and_dtype(submission, rng):
    """Two texts of five tokens give (5, 2, V) float32: time comes first."""
    got = submission.one_hot_sequence(rng.integers(0, 7, 2, 5), 7)
    check_shape(got, (5, 2, 7))
    check_dtype(got, torch.float32)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_one_hot_sequence_of_two_texts(submission):
    """Of the texts (0 1 2) and (2 0 0), step 0 holds the tokens 0 and 2."""
    got = submission.one_hot_sequence(torch.tensor([[0, 1, 2], [2, 0, 0]]), 3)
    want = [[[1, 0, 0], [0, 0, 1]], [[0, 1, 0], [1, 0, 0]], [[0, 0, 1], [1, 0, 0]]]
    check_close(got, torch.tensor(want, dtype=torch.float32))


@pytest.mark.weight(2)
@pytest.mark.parametrize("n, t, v", [(3, 5, 4), (5, 3, 9), (1, 6, 2), (4, 1, 3), (2, 0, 3), (3, 3, 1)])
def test_one_hot_sequence_matches_torch(submission, rng, n, t, v):
    """Random texts give torch's one-hot rows, with time and batch transposed."""
    indices = rng.integers(0, v, n, t)
    check_close(submission.one_hot_sequence(indices, v), expected(indices, v))


def test_one_hot_sequence_when_the_last_tokens_are_absent(submission):
    """The width is the number of tokens, not the largest number plus 1."""
    indices = torch.tensor([[0, 1, 1], [1, 0, 1]])
    check_close(submission.one_hot_sequence(indices, 5), expected(indices, 5))


@pytest.mark.detail
def test_one_hot_sequence_when_not_contiguous(submission, rng):
    """Indices may be a transpose, or one text shown several times."""
    for indices in (rng.integers(0, 4, 5, 3).t(), rng.integers(0, 4, 1, 3).expand(2, 3)):
        check_close(submission.one_hot_sequence(indices, 4), expected(indices, 4))


@pytest.mark.parametrize("index", [-1, -4, 4])
def test_one_hot_sequence_refuses_other_indices(submission, index):
    """An index below 0, or not below the number of tokens, raises an IndexError."""
    with check_raises(IndexError):
        submission.one_hot_sequence(torch.tensor([[0, 3, 1], [2, index, 0]]), 4)


def test_one_hot_sequence_has_no_loop(submission, rng):
    """Longer and more texts take no more operations."""
    few, many = rng.integers(0, 3, 2, 3), rng.integers(0, 6, 8, 20)
    check_vectorised(
        submission,
        lambda: submission.one_hot_sequence(few, 3),
        lambda: submission.one_hot_sequence(many, 6),
    )


def test_one_hot_sequence_has_manners(submission, rng):
    """The indices and torch's state stay as they were."""
    indices = rng.integers(0, 4, 2, 5)
    check_manners(submission, lambda: submission.one_hot_sequence(indices, 4))


def test_one_hot_sequence_on_a_device(submission, rng):
    """The rows lie on the device of the indices."""
    check_device(submission.one_hot_sequence, rng.integers(0, 4, 2, 5), 4)
