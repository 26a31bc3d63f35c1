"""Wrong variants of rnn.one_hot_sequence."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


def _right(indices, num_tokens):
    return reference("rnn").one_hot_sequence(indices, num_tokens)


def _by_torch(indices, num_tokens):
    """Return the rows of torch's own function, (N, T, V)."""
    _right(indices, num_tokens)
    return functional.one_hot(indices, num_tokens)


@mistake("the batch comes first: time comes first, (T, N, V)")
def batch_first(indices, num_tokens):
    return _by_torch(indices, num_tokens).float()


@mistake("reshape was taken for a transpose: it keeps the order in memory, so texts are mixed")
def reshaped(indices, num_tokens):
    n, t = indices.shape
    return _by_torch(indices, num_tokens).reshape(t, n, num_tokens).float()


@mistake("the wrong axes changed places: the result is (T, N, V), not (V, N, T)")
def all_axes_turned_round(indices, num_tokens):
    return _right(indices, num_tokens).permute(2, 1, 0)


@mistake("the wrong axes changed places: the result is (T, N, V), not (N, V, T)")
def tokens_before_time(indices, num_tokens):
    return _right(indices, num_tokens).permute(1, 2, 0)


@mistake("the width is the largest index plus 1: it is num_tokens")
def width_from_the_indices(indices, num_tokens):
    if indices.numel() == 0:
        return _right(indices, num_tokens)
    return _right(indices, num_tokens)[..., : int(indices.max()) + 1]


@mistake("the axes of length 1 are squeezed away: one text is (T, 1, V)")
def squeezed(indices, num_tokens):
    return _right(indices, num_tokens).squeeze()


@mistake("a negative index counts from the end: raise an IndexError")
def negative_wraps(indices, num_tokens):
    if (indices >= num_tokens).any():
        raise IndexError
    return torch.eye(num_tokens, device=indices.device)[indices.t()]


@mistake("an index that is no token gives a row of zeros: raise an IndexError")
def other_indices_give_zeros(indices, num_tokens):
    return (indices.t().unsqueeze(-1) == torch.arange(num_tokens, device=indices.device)).float()


@mistake("bad indices raise something else, as one_hot does: raise an IndexError")
def other_error(indices, num_tokens):
    if ((indices < 0) | (indices >= num_tokens)).any():
        raise RuntimeError("class values must lie in range")
    return _right(indices, num_tokens)


@mistake("the largest index is refused: num_tokens - 1 is a token")
def last_token_refused(indices, num_tokens):
    if (indices >= num_tokens - 1).any():
        raise IndexError
    return _right(indices, num_tokens)


@mistake("a Python loop goes over the steps: use one operation for all")
def loop_over_steps(indices, num_tokens):
    _right(indices, num_tokens)
    tokens = torch.arange(num_tokens, device=indices.device)
    rows = [(step.unsqueeze(-1) == tokens).float() for step in indices.t()]
    return torch.stack(rows) if rows else _right(indices, num_tokens)


@mistake("torch.arange makes its numbers on the CPU: give it device=indices.device")
def arange_on_the_cpu(indices, num_tokens):
    _right(indices, num_tokens)
    return (indices.t().unsqueeze(-1) == torch.arange(num_tokens)).float()
