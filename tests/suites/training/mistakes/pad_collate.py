"""Wrong variants of training.pad_collate."""

import torch

from grader.suite import mistake, reference


def _right(batch):
    return reference("training").pad_collate(batch)


@mistake("the lengths are those of the padded rows: write them down before padding")
def lengths_of_the_padded(batch):
    made = _right(batch)
    return made._replace(lengths=torch.full_like(made.lengths, made.x.shape[1]))


@mistake("the lengths were counted from entries that are not 0: a zero may be data")
def lengths_from_nonzero(batch):
    made = _right(batch)
    lengths = (made.x != 0).reshape(*made.x.shape[:2], -1).any(2).sum(1)
    return made._replace(lengths=lengths.cpu())


@mistake("the zeros stand in front: the sequences begin at time 0")
def padded_in_front(batch):
    made = _right([(sequence.flip(0), label) for sequence, label in batch])
    return made._replace(x=made.x.flip(1))


@mistake("all sequences were cut to the shortest: the longest sets the length")
def cut_to_the_shortest(batch):
    made = _right(batch)
    return made._replace(x=made.x[:, : int(made.lengths.min())])


@mistake("the short sequences were filled up with their last entry: zeros fill them up")
def filled_with_the_last_entry(batch):
    made = _right(batch)
    x = made.x.clone()
    for row, length in zip(x, made.lengths.tolist(), strict=True):
        row[length:] = row[length - 1] if length else 0
    return made._replace(x=x)


@mistake("the short sequences were filled up with -1: zeros fill them up")
def filled_with_minus_one(batch):
    made = _right(batch)
    x = made.x.clone()
    for row, length in zip(x, made.lengths.tolist(), strict=True):
        row[length:] = -1
    return made._replace(x=x)


@mistake("the sequences were sorted by length: they stay in the order of the batch")
def sorted_by_length(batch):
    return _right(sorted(batch, key=lambda pair: -len(pair[0])))


@mistake("the lengths are missing: without them a zero that was filled in looks like data")
def without_lengths(batch):
    made = _right(batch)
    return (made.x, made.y)
