"""Wrong variants of attention.padding_mask."""

import torch

from grader.suite import mistake


def _positions(lengths, length):
    return torch.arange(length, device=lengths.device)


@mistake("one position too many: a sequence of length L has the positions 0 to L - 1")
def one_too_many(lengths, length):
    return _positions(lengths, length) <= lengths.unsqueeze(1)


@mistake("one position too few: the last token stands at L - 1, and it is there")
def one_too_few(lengths, length):
    return _positions(lengths, length) < lengths.unsqueeze(1) - 1


@mistake("True marks the padding: it marks the tokens")
def true_is_padding(lengths, length):
    return _positions(lengths, length) >= lengths.unsqueeze(1)


@mistake("the tokens are taken to stand at the end: padding comes after them")
def padding_in_front(lengths, length):
    return _positions(lengths, length) >= length - lengths.unsqueeze(1)


@mistake("only the last token of each sequence is marked: all before it are tokens too")
def last_token_alone(lengths, length):
    return _positions(lengths, length) == lengths.unsqueeze(1) - 1


@mistake("the mask is as wide as the longest sequence: it has T columns")
def width_of_the_longest(lengths, length):
    width = int(lengths.max())  # which raises for no sequences
    return _positions(lengths, width) < lengths.unsqueeze(1)


@mistake("the mask is as wide as the longest sequence, where there is one: it has T columns")
def width_of_the_longest_of_some(lengths, length):
    width = int(lengths.max()) if len(lengths) else length
    return _positions(lengths, width) < lengths.unsqueeze(1)


@mistake("a column for each sequence: sequences are the rows, (N, T)")
def transposed(lengths, length):
    return (_positions(lengths, length) < lengths.unsqueeze(1)).t()


@mistake("lengths lie along the time: they need an axis more, unsqueeze(1)")
def lengths_along_time(lengths, length):
    return _positions(lengths, length) < lengths


@mistake("all sequences end where the longest does: each has its own length")
def one_end_for_all(lengths, length):
    end = lengths.max()
    return (_positions(lengths, length) < end).expand(len(lengths), length)


@mistake("the mask is 1 and 0 in floating point: it is boolean")
def floats(lengths, length):
    return (_positions(lengths, length) < lengths.unsqueeze(1)).float()


@mistake("the mask is 0 and -inf, to be added to scores: it is boolean")
def to_be_added(lengths, length):
    return torch.where(_positions(lengths, length) < lengths.unsqueeze(1), 0.0, -torch.inf)


@mistake("the mask is 1 and 0 as integers: it is boolean")
def integers(lengths, length):
    return (_positions(lengths, length) < lengths.unsqueeze(1)).long()


@mistake("the mask has axes for heads and queries: (N, T) is asked for")
def with_more_axes(lengths, length):
    return (_positions(lengths, length) < lengths.unsqueeze(1))[:, None, None]


@mistake("a Python loop over the sequences: one comparison serves them all")
def loop_over_sequences(lengths, length):
    rows = [_positions(lengths, length) < end for end in lengths]
    return torch.stack(rows) if rows else torch.zeros(0, length, dtype=torch.bool, device=lengths.device)


@mistake("the positions are made on the CPU: torch.arange needs the device of lengths")
def positions_on_the_cpu(lengths, length):
    return torch.arange(length) < lengths.unsqueeze(1)


@mistake("the mask was made on the CPU from a copy: it stays on the device of lengths")
def mask_on_the_cpu(lengths, length):
    return torch.arange(length) < lengths.cpu().unsqueeze(1)
