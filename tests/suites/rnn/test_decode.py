"""Suite of rnn.decode."""

import pytest
import torch

from grader.suite import check_equal, to_device

LETTERS = "abcdefgh"


def drawn_vocabulary(rng):
    """Draw a vocabulary whose order is not that of its numbers, and whose <pad> is not 0."""
    tokens = [*LETTERS, "<pad>", "<unk>"]
    numbers = rng.permutation(len(tokens)).tolist()
    while numbers[-2] == 0 or numbers == sorted(numbers):
        numbers = rng.permutation(len(tokens)).tolist()
    return dict(zip(tokens, numbers, strict=True))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_decode_of_a_short_text(submission):
    """3, 2, 1, 0, 0 is h, e, <unk>; the padding is left out."""
    vocabulary = {"<pad>": 0, "<unk>": 1, "e": 2, "h": 3}
    check_equal(submission.decode(torch.tensor([3, 2, 1, 0, 0]), vocabulary), ["h", "e", "<unk>"])


@pytest.mark.weight(2)
def test_decode_looks_every_number_up(submission, rng):
    """Random numbers stand for the tokens that have them, whatever their order."""
    vocabulary, indices = drawn_vocabulary(rng), rng.integers(0, 10, 40)
    token_of = {number: token for token, number in vocabulary.items()}
    want = [token_of[number] for number in indices.tolist() if token_of[number] != "<pad>"]
    check_equal(submission.decode(indices, vocabulary), want)


def test_decode_leaves_out_padding_anywhere(submission):
    """Padding at the start and in the middle is left out, too."""
    vocabulary = {"<pad>": 0, "<unk>": 1, "be": 2, "to": 3}
    got = submission.decode(torch.tensor([0, 0, 3, 0, 2, 1, 0]), vocabulary)
    check_equal(got, ["to", "be", "<unk>"])


def test_decode_without_special_tokens(submission):
    """Without <pad> nothing is left out: 0 is a token like any other."""
    got = submission.decode(torch.tensor([1, 0, 2, 2, 0]), {"e": 0, "h": 1, "l": 2})
    check_equal(got, ["h", "e", "l", "l", "e"])


def test_decode_when_empty(submission):
    """No numbers, or padding alone, give an empty list."""
    vocabulary = {"<pad>": 0, "<unk>": 1}
    check_equal(submission.decode(torch.zeros(0, dtype=torch.int64), vocabulary), [])
    check_equal(submission.decode(torch.zeros(3, dtype=torch.int64), vocabulary), [], "padding alone")


def test_decode_on_a_device(submission, rng):
    """Numbers on an accelerator are decoded as those on the CPU."""
    vocabulary, indices = drawn_vocabulary(rng), rng.integers(0, 10, 12)
    token_of = {number: token for token, number in vocabulary.items()}
    want = [token_of[number] for number in indices.tolist() if token_of[number] != "<pad>"]
    check_equal(submission.decode(to_device(indices), vocabulary), want)
