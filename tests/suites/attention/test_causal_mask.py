"""Suite of attention.causal_mask."""

import pytest
import torch

from grader.suite import check_close, check_like, check_manners, to_device


def by_hand(length):
    """The oracle: every pair by itself."""
    pairs = [[seen <= looking for seen in range(length)] for looking in range(length)]
    return torch.tensor(pairs, dtype=torch.bool).reshape(length, length)


@pytest.mark.parametrize("length", [5, 1, 0])
def test_causal_mask_shape_and_dtype(submission, length):
    """A square of booleans, also of one token and of none."""
    check_like(submission.causal_mask(length), by_hand(length))


@pytest.mark.visible
def test_causal_mask_of_three_tokens(submission):
    """Token 0 sees itself, token 1 two tokens, token 2 all three."""
    want = torch.tensor([[True, False, False], [True, True, False], [True, True, True]])
    check_close(submission.causal_mask(3), want)


@pytest.mark.weight(2)
@pytest.mark.parametrize("length", [1, 2, 4, 17])
def test_causal_mask_of_any_length(submission, length):
    """True on and below the diagonal, False above it."""
    check_close(submission.causal_mask(length), by_hand(length))


def test_causal_mask_has_manners(submission):
    """A call draws no random number."""
    check_manners(submission, lambda: submission.causal_mask(4))


def test_causal_mask_on_a_device(submission):
    """With a device the mask is made there."""
    there = to_device(by_hand(4))
    check_close(submission.causal_mask(4, there.device), there)
