"""Suite of rnn.check_masked_mean."""

import pytest
import torch

from grader.suite import check_accepts, check_catches

TASK = "check_masked_mean"


def one_by_one(x, lengths):
    """takes one sequence after the other"""
    return torch.stack([row[:n].mean(0) for row, n in zip(x, lengths.tolist(), strict=True)])


def packed(x, lengths):
    """puts the sequences one after another"""
    rows = torch.cat([row[:n] for row, n in zip(x, lengths, strict=True)])
    return torch.stack([part.sum(0) / len(part) for part in rows.split(lengths.tolist())])


def by_a_product(x, lengths):
    """multiplies the steps by weights of 1 / L"""
    rows = [torch.full((1, n), 1 / n, dtype=x.dtype) @ row[:n] for row, n in zip(x, lengths.tolist(), strict=True)]
    return torch.cat(rows)


SHOWN = [one_by_one, packed, by_a_product]


@pytest.mark.visible
@pytest.mark.parametrize("right", SHOWN, ids=lambda right: right.__name__)
def test_check_masked_mean_accepts_right_code(submission, rng, right):
    """A right mean passes the check, in whichever style it is written."""
    check_accepts(submission, TASK, right, rng)


def vectorised(x, lengths):
    """fills the padding with zeros, without a loop"""
    padding = torch.arange(x.shape[1]) >= lengths.unsqueeze(1)
    return x.masked_fill(padding.unsqueeze(2), 0).sum(1) / lengths.unsqueeze(1)


def in_float(x, lengths):
    """sums step by step in another precision"""
    total = torch.zeros(len(x), x.shape[2], dtype=torch.float64)
    for t in range(x.shape[1]):
        total = total + torch.where((t < lengths).unsqueeze(1), x[:, t].double(), 0.0)
    return (total / lengths.unsqueeze(1)).to(x.dtype)


HIDDEN = [vectorised, in_float]
RIGHT = [*SHOWN, *HIDDEN]


@pytest.mark.parametrize("right", HIDDEN, ids=lambda right: right.__name__)
def test_check_masked_mean_accepts_other_right_code(submission, rng, right):
    """A right mean without a loop over the sequences passes the check."""
    check_accepts(submission, TASK, right, rng)


def of_all_steps(x, lengths):
    return x.mean(1)


@pytest.mark.visible
def test_check_masked_mean_catches_padding_that_counts(submission, rng):
    """A mean over all steps is caught."""
    check_catches(submission, TASK, of_all_steps, SHOWN, rng)


def divided_by_all(x, lengths):
    return torch.stack([row[:n].sum(0) / len(row) for row, n in zip(x, lengths.tolist(), strict=True)])


@pytest.mark.visible
def test_check_masked_mean_catches_a_wrong_divisor(submission, rng):
    """A sum over the right steps that is divided by T is caught."""
    check_catches(submission, TASK, divided_by_all, SHOWN, rng)


def first_length(x, lengths):
    return x[:, : lengths[0]].mean(1)


@pytest.mark.visible
def test_check_masked_mean_catches_one_length_for_all(submission, rng):
    """A mean that takes the first length for all sequences is caught."""
    check_catches(submission, TASK, first_length, SHOWN, rng)


def times_a_mask(x, lengths):
    mask = (torch.arange(x.shape[1]) < lengths.unsqueeze(1)).to(x.dtype)
    return (x * mask.unsqueeze(2)).sum(1) / lengths.unsqueeze(1)


def test_check_masked_mean_catches_what_odd_padding_shows(submission, rng):
    """A mean that is wrong for some numbers in the padding alone is caught."""
    check_catches(submission, TASK, times_a_mask, RIGHT, rng)


def not_zero(x, lengths):
    real = torch.nan_to_num(x)
    return real.sum(1) / (real != 0).any(2).sum(1, keepdim=True)


def test_check_masked_mean_catches_what_other_padding_shows(submission, rng):
    """A mean that is right for other numbers in the padding alone is caught."""
    check_catches(submission, TASK, not_zero, RIGHT, rng)


def one_step_more(x, lengths):
    return torch.stack([row[: n + 1].mean(0) for row, n in zip(x, lengths.tolist(), strict=True)])


def test_check_masked_mean_catches_a_step_too_many(submission, rng):
    """A mean over a wrong number of steps is caught."""
    check_catches(submission, TASK, one_step_more, RIGHT, rng)


def one_step_less(x, lengths):
    steps = [max(n - 1, 1) if n < x.shape[1] else n for n in lengths.tolist()]
    return torch.stack([row[:n].mean(0) for row, n in zip(x, steps, strict=True)])


def test_check_masked_mean_catches_what_some_lengths_show(submission, rng):
    """A mean that is right for some lengths alone is caught."""
    check_catches(submission, TASK, one_step_less, RIGHT, rng)


def last_steps(x, lengths):
    return torch.stack([row[-n:].mean(0) for row, n in zip(x, lengths.tolist(), strict=True)])


def test_check_masked_mean_catches_other_steps(submission, rng):
    """A mean over the right number of other steps is caught."""
    check_catches(submission, TASK, last_steps, RIGHT, rng)


def sorted_lengths(x, lengths):
    steps = lengths.sort(descending=True).values.tolist()
    return torch.stack([row[:n].mean(0) for row, n in zip(x, steps, strict=True)])


def test_check_masked_mean_catches_what_the_order_shows(submission, rng):
    """A mean that is right for lengths in some order alone is caught."""
    check_catches(submission, TASK, sorted_lengths, RIGHT, rng)


def sorted_rows(x, lengths):
    order = lengths.argsort(descending=True, stable=True).tolist()
    return torch.stack([x[i, : lengths[i]].mean(0) for i in order])


def test_check_masked_mean_catches_what_another_order_shows(submission, rng):
    """A mean that is right for sequences in some order alone is caught."""
    check_catches(submission, TASK, sorted_rows, RIGHT, rng)


def over_features(x, lengths):
    means = torch.stack([row[:n].mean() for row, n in zip(x, lengths.tolist(), strict=True)])
    return means.unsqueeze(1).expand(-1, x.shape[2])


def test_check_masked_mean_catches_what_more_features_show(submission, rng):
    """A mean that is right for one feature alone is caught."""
    check_catches(submission, TASK, over_features, RIGHT, rng)


def detached(x, lengths):
    return torch.stack([row[:n].mean(0) for row, n in zip(x.detach(), lengths.tolist(), strict=True)])


def test_check_masked_mean_catches_a_cut_graph(submission, rng):
    """A mean that nobody can learn through is caught."""
    check_catches(submission, TASK, detached, RIGHT, rng)


def masks_x(x, lengths):
    for row, n in zip(x.detach(), lengths.tolist(), strict=True):
        row[n:] = 0
    return torch.stack([row[:n].mean(0) for row, n in zip(x, lengths.tolist(), strict=True)])


def test_check_masked_mean_catches_what_is_left_behind(submission, rng):
    """A mean that does not leave things as it found them is caught."""
    check_catches(submission, TASK, masks_x, RIGHT, rng)


def gradient_of_padding(x, lengths):
    rows = [row[:n].mean(0) + 0 * torch.nan_to_num(row[n:]).sum(0) for row, n in zip(x, lengths.tolist(), strict=True)]
    y = torch.stack(rows)
    return y + (x.mean(1) - x.detach().mean(1)).nan_to_num()


def test_check_masked_mean_catches_wrong_gradients(submission, rng):
    """A mean with right numbers and wrong gradients is caught."""
    check_catches(submission, TASK, gradient_of_padding, RIGHT, rng)


def single_precision(x, lengths):
    return torch.stack([row[:n].float().mean(0) for row, n in zip(x, lengths.tolist(), strict=True)])


def test_check_masked_mean_catches_the_wrong_kind(submission, rng):
    """A mean in another dtype than that of x is caught."""
    check_catches(submission, TASK, single_precision, RIGHT, rng)
