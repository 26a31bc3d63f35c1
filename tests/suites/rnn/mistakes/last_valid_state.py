"""Wrong variants of rnn.last_valid_state."""

import torch

from grader.suite import mistake, reference


def _right(output, lengths):
    return reference("rnn").last_valid_state(output, lengths)


@mistake("output[:, -1] is the end of the padding: each sequence ends at its own step")
def end_of_the_padding(output, lengths):
    _right(output, lengths)
    return output[:, -1]


@mistake("off by one: a sequence of length L ends at step L - 1")
def one_step_too_late(output, lengths):
    _right(output, lengths)
    rows = torch.arange(len(output), device=output.device)
    return output[rows, lengths.clamp(max=output.shape[1] - 1)]


@mistake("output[:, lengths - 1] takes all steps for all sequences: choose one step for each row")
def every_step_for_every_row(output, lengths):
    _right(output, lengths)
    return output[:, lengths - 1]


@mistake("the shortest length serves all sequences")
def shortest_for_all(output, lengths):
    _right(output, lengths)
    return output[:, int(lengths.min()) - 1]


@mistake("the state is chosen with a mask and a sum: 0 * nan in the padding is nan")
def mask_and_sum(output, lengths):
    _right(output, lengths)
    steps = torch.arange(output.shape[1], device=output.device)
    return (output * (steps == lengths.unsqueeze(1) - 1).unsqueeze(2)).sum(1)


@mistake("the first two axes are taken for (T, N): output is (N, T, H)")
def time_first(output, lengths):
    _right(output, lengths)
    n, t, h = output.shape
    rows = torch.arange(n, device=output.device)
    return output.reshape(t, n, h)[lengths - 1, rows]


@mistake("a Python loop over the sequences: choose all rows with two index tensors")
def loop_over_sequences(output, lengths):
    _right(output, lengths)
    return torch.stack([output[n, int(length) - 1] for n, length in enumerate(lengths)])


@mistake("the states left the graph: no gradient comes back to output")
def left_the_graph(output, lengths):
    return _right(output, lengths).detach()


@mistake("lengths are not checked: a length of 0 takes the last step, and one above T is no ValueError")
def lengths_not_checked(output, lengths):
    return output[torch.arange(len(output), device=output.device), lengths - 1]


@mistake("a length below 1 is accepted: index -1 is the end of the padding")
def zero_length_accepted(output, lengths):
    if lengths.shape != output.shape[:1] or (lengths > output.shape[1]).any():
        raise ValueError("lengths")
    return output[torch.arange(len(output), device=output.device), lengths - 1]


@mistake("gather took an index without the axis H: the states have the wrong shape")
def gathered_one_feature(output, lengths):
    _right(output, lengths)
    return output.gather(1, (lengths - 1).reshape(-1, 1, 1)).squeeze(1)
