"""Wrong variants of rnn.pad_sequences."""

import torch

from grader.suite import mistake, reference


def _right(sequences, padding_value=0, batch_first=True):
    return reference("rnn").pad_sequences(sequences, padding_value, batch_first)


def _padded(padded, lengths):
    return reference("rnn").Padded(padded, lengths)


def _filled(sequences, padding_value, at_front=False, dtype=None, device=None):
    """Fill each sequence up and stack them."""
    longest = max(map(len, sequences))
    rows = []
    for sequence in sequences:
        dtype_, device_ = dtype or sequence.dtype, device or sequence.device
        shape = (longest - len(sequence), *sequence.shape[1:])
        filling = torch.full(shape, padding_value, dtype=dtype_, device=device_)
        rows.append(torch.cat([filling, sequence] if at_front else [sequence, filling]))
    return torch.stack(rows)


@mistake("the padding stands in front: it belongs after the end of each sequence")
def padded_in_front(sequences, padding_value=0, batch_first=True):
    _, lengths = _right(sequences)
    padded = _filled(sequences, padding_value, at_front=True)
    return _padded(padded if batch_first else padded.transpose(0, 1), lengths)


@mistake("padding_value is ignored: it is always 0")
def padded_with_zeros(sequences, padding_value=0, batch_first=True):
    return _right(sequences, 0, batch_first)


@mistake("batch_first is ignored: the batch always comes first")
def always_batch_first(sequences, padding_value=0, batch_first=True):
    return _right(sequences, padding_value, True)


@mistake("batch_first is the wrong way round: with True the result is (N, T, *)")
def batch_first_turned_round(sequences, padding_value=0, batch_first=True):
    return _right(sequences, padding_value, not batch_first)


@mistake("the time comes first by reshaping: numbers change their sequence; exchange the axes instead")
def reshaped_for_time_first(sequences, padding_value=0, batch_first=True):
    padded, lengths = _right(sequences, padding_value)
    n, t, *further = padded.shape
    return _padded(padded if batch_first else padded.reshape(t, n, *further), lengths)


@mistake("the sequences were sorted by length: they stay in their order")
def sorted_by_length(sequences, padding_value=0, batch_first=True):
    if sequences:
        sequences = sorted(sequences, key=len, reverse=True)
    return _right(sequences, padding_value, batch_first)


@mistake("the lengths were counted from what is not the padding value: a sequence may hold that value too")
def lengths_from_values(sequences, padding_value=0, batch_first=True):
    padded, lengths = _right(sequences, padding_value, batch_first)
    counted = _right(sequences, padding_value)[0].flatten(2) if padded.ndim > 2 else None
    if counted is None:
        return _padded(padded, (_right(sequences, padding_value)[0] != padding_value).sum(1))
    return _padded(padded, (counted != padding_value).any(2).sum(1) if counted.numel() else lengths)


@mistake("every length is that of the longest sequence: each row has its own")
def lengths_all_equal(sequences, padding_value=0, batch_first=True):
    padded, lengths = _right(sequences, padding_value, batch_first)
    return _padded(padded, torch.full_like(lengths, int(lengths.max())))


@mistake("the lengths are a list: they are an int64 tensor")
def lengths_in_a_list(sequences, padding_value=0, batch_first=True):
    padded, lengths = _right(sequences, padding_value, batch_first)
    return _padded(padded, lengths.tolist())


@mistake("the result is always float32: it has the dtype of the sequences")
def always_float32(sequences, padding_value=0, batch_first=True):
    padded, lengths = _right(sequences, padding_value, batch_first)
    return _padded(padded.float(), lengths)


@mistake("only the first axis is padded as if there were no other: sequences may be (T, D)")
def one_axis_only(sequences, padding_value=0, batch_first=True):
    _right(sequences)
    longest = max(map(len, sequences))
    first = sequences[0]
    padded = torch.full((len(sequences), longest), padding_value, dtype=first.dtype, device=first.device)
    for n, sequence in enumerate(sequences):
        padded[n, : len(sequence)] = sequence
    return _padded(padded if batch_first else padded.transpose(0, 1), _right(sequences)[1])


@mistake("the values were taken out of the graph with .data, detach() or tolist(): no gradient comes back")
def left_the_graph(sequences, padding_value=0, batch_first=True):
    return _right([sequence.detach() for sequence in sequences], padding_value, batch_first)


@mistake("the padding was made on the CPU: give it the device of the sequences")
def padding_on_the_cpu(sequences, padding_value=0, batch_first=True):
    _, lengths = _right(sequences)
    padded = _filled(sequences, padding_value, device="cpu")
    return _padded(padded if batch_first else padded.transpose(0, 1), lengths)


@mistake("this is torch's pad_sequence: fill the sequences up by hand")
def by_torch(sequences, padding_value=0, batch_first=True):
    _, lengths = _right(sequences)
    pad_sequence = torch.nn.utils.rnn.pad_sequence
    return _padded(pad_sequence(list(sequences), batch_first, padding_value), lengths)


@mistake("a plain tuple comes back: a named tuple has names for its parts")
def plain_tuple(sequences, padding_value=0, batch_first=True):
    return tuple(_right(sequences, padding_value, batch_first))
