"""Suite of rnn.encode."""

import pytest
import torch

from grader.suite import check_close, check_dtype, check_equal, check_shape

LETTERS = "abcdefgh"


def drawn_vocabulary(rng):
    """Draw a vocabulary whose order is not that of its numbers, and whose <unk> is anything."""
    tokens = [*LETTERS, "<pad>", "<unk>"]
    numbers = rng.permutation(len(tokens)).tolist()
    while numbers[-1] < 2:
        numbers = rng.permutation(len(tokens)).tolist()
    return dict(zip(tokens, numbers, strict=True))


def test_encode_shape_and_dtype(submission):
    """Five tokens give five int64 numbers."""
    got = submission.encode("abeab", {"<pad>": 0, "<unk>": 1, "a": 2, "b": 3})
    check_shape(got, (5,))
    check_dtype(got, torch.int64)


@pytest.mark.visible
@pytest.mark.weight(2)
def test_encode_of_a_short_text(submission):
    """In "hexe" the x is unknown: 3, 2, 1, 2."""
    got = submission.encode("hexe", {"<pad>": 0, "<unk>": 1, "e": 2, "h": 3})
    check_close(got, torch.tensor([3, 2, 1, 2]))


@pytest.mark.weight(2)
def test_encode_looks_every_token_up(submission, rng):
    """Random letters have the numbers that the vocabulary gives them."""
    vocabulary = drawn_vocabulary(rng)
    text = "".join((LETTERS + "xYz")[i] for i in rng.integers(0, 11, 40).tolist())
    want = [vocabulary.get(token, vocabulary["<unk>"]) for token in text]
    check_close(submission.encode(text, vocabulary), torch.tensor(want))


def test_encode_of_words(submission):
    """The tokens of a list of words are the words."""
    vocabulary = {"<pad>": 0, "<unk>": 1, "be": 2, "not": 3, "to": 4, "b": 5}
    got = submission.encode(["to", "bee", "<pad>", "not", "be", "To"], vocabulary)
    check_close(got, torch.tensor([4, 1, 0, 3, 2, 1]))


@pytest.mark.parametrize("text", ["", []], ids=["string", "list"])
def test_encode_when_empty(submission, text):
    """No tokens give an empty row of int64."""
    check_close(submission.encode(text, {"<unk>": 0}), torch.zeros(0, dtype=torch.int64))


@pytest.mark.detail
def test_encode_leaves_the_vocabulary_alone(submission):
    """An unknown token is not put into the vocabulary."""

    def scenario(submission):
        vocabulary = {"<pad>": 0, "<unk>": 1, "a": 2}
        submission.encode("abca", vocabulary)
        return vocabulary

    check_equal(submission.run(scenario), {"<pad>": 0, "<unk>": 1, "a": 2}, "the vocabulary afterwards")
