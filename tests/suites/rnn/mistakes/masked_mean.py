"""Wrong variants of rnn.masked_mean."""

import torch

from grader.suite import mistake, reference


def _right(x, lengths):
    return reference("rnn").masked_mean(x, lengths)


def _valid(x, lengths):
    return (torch.arange(x.shape[1], device=x.device) < lengths.unsqueeze(1)).unsqueeze(2)


@mistake("the padding counts: mean(1) runs over all T steps")
def mean_of_everything(x, lengths):
    return x.mean(1)


@mistake("the sum without padding was divided by T: divide by the length of each sequence")
def divided_by_all_steps(x, lengths):
    return torch.where(_valid(x, lengths), x, 0.0).mean(1)


@mistake("everything was added and divided by the length: the padding belongs out of the sum too")
def padding_in_the_sum(x, lengths):
    return x.sum(1) / lengths.unsqueeze(1)


@mistake("the mask was multiplied: 0 * nan is nan, use torch.where or masked_fill")
def multiplied_the_mask(x, lengths):
    return (x * _valid(x, lengths)).sum(1) / lengths.unsqueeze(1)


@mistake("one step too many: a sequence of length L has the steps 0 to L - 1")
def one_step_too_many(x, lengths):
    return torch.where(_valid(x, lengths + 1), x, 0.0).sum(1) / lengths.unsqueeze(1)


@mistake("one step too few: the last step of a sequence, L - 1, counts too")
def one_step_too_few(x, lengths):
    return torch.where(_valid(x, lengths - 1), x, 0.0).sum(1) / lengths.unsqueeze(1)


@mistake("what is not 0 was counted: a sequence may hold zeros, and padding other numbers")
def counted_what_is_not_zero(x, lengths):
    kept = torch.where(_valid(x, lengths), x, 0.0)
    return kept.sum(1) / (kept != 0).sum(1).clamp(min=1)


@mistake("the mean ran over all sequences together: each has its own")
def mean_of_the_batch(x, lengths):
    total = torch.where(_valid(x, lengths), x, 0.0).sum((0, 1))
    return (total / lengths.sum()).expand(len(x), -1)


@mistake("the mean ran over the features too: it is (N, D)")
def mean_over_features(x, lengths):
    return _right(x, lengths).mean(1)


@mistake("x.sum(1) / lengths divides by columns: lengths need an axis more, unsqueeze(1)")
def lengths_along_the_features(x, lengths):
    return torch.where(_valid(x, lengths), x, 0.0).sum(1) / lengths


@mistake("a Python loop over the sequences: one mask serves them all")
def loop_over_sequences(x, lengths):
    return torch.stack([x[n, : int(length)].mean(0) for n, length in enumerate(lengths)])


@mistake("the mask was made on the CPU: torch.arange needs the device of x")
def mask_on_the_cpu(x, lengths):
    valid = (torch.arange(x.shape[1]) < lengths.cpu().unsqueeze(1)).unsqueeze(2)
    return torch.where(valid, x, 0.0).sum(1) / lengths.unsqueeze(1)


@mistake("the padding of x itself was set to 0: x must stay as it is")
def changed_x(x, lengths):
    if not x.is_contiguous():
        x = x.contiguous()
    x.data.masked_fill_(~_valid(x, lengths), 0.0)
    return x.sum(1) / lengths.unsqueeze(1)
