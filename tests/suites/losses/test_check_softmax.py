"""Suite of losses.check_softmax."""

import pytest
import torch

from grader.suite import check_accepts, check_catches

TASK = "check_softmax"


def own(x, dim):
    """is torch's own"""
    return torch.softmax(x, dim)


def of_logarithms(x, dim):
    """takes exp of a log_softmax"""
    return torch.log_softmax(x, dim).exp()


def in_double(x, dim):
    """computes in double precision and converts the result"""
    return torch.softmax(x.double(), dim).to(x.dtype)


def one_by_one(x, dim):
    """goes over the rows one by one"""
    slices = x.movedim(dim, -1)
    rows = [torch.softmax(row, 0) for row in slices.reshape(-1, slices.shape[-1])]
    return torch.stack(rows).reshape(slices.shape).movedim(-1, dim)


SHOWN = [own, of_logarithms, in_double, one_by_one]


@pytest.mark.visible
@pytest.mark.parametrize("right", SHOWN, ids=lambda right: right.__name__)
def test_check_softmax_accepts_right_code(submission, rng, right):
    """A right softmax passes the check, in whichever style it is written."""
    check_accepts(submission, TASK, right, rng)


def by_hand(x, dim):
    """is made of exp and sums: 1 / sum_j exp(x_j - x_i)"""
    axis = dim % x.dim()
    return 1 / (x.unsqueeze(axis) - x.unsqueeze(axis + 1)).exp().sum(axis + 1)


RIGHT = [*SHOWN, by_hand]


def test_check_softmax_accepts_what_is_made_by_hand(submission, rng):
    """A right softmax that is made by hand passes the check."""
    check_accepts(submission, TASK, by_hand, rng)


def first_axis(x, dim):
    return torch.softmax(x, 0)


@pytest.mark.visible
def test_check_softmax_catches_axis_0(submission, rng):
    """A softmax that always runs over axis 0 is caught."""
    check_catches(submission, TASK, first_axis, SHOWN, rng)


def without_exp(x, dim):
    return x / x.sum(dim, keepdim=True)


@pytest.mark.visible
def test_check_softmax_catches_a_missing_exp(submission, rng):
    """Scores that are divided by their sum, without exp, are caught."""
    check_catches(submission, TASK, without_exp, SHOWN, rng)


def without_shift(x, dim):
    powers = torch.exp(x)
    return powers / powers.sum(dim, keepdim=True)


@pytest.mark.visible
def test_check_softmax_catches_an_overflow(submission, rng):
    """A softmax that is nan for scores of 1000 is caught."""
    check_catches(submission, TASK, without_shift, SHOWN, rng)


def last_axis(x, dim):
    return torch.softmax(x, -1)


def test_check_softmax_catches_another_axis(submission, rng):
    """A softmax that is right for one dim alone is caught."""
    check_catches(submission, TASK, last_axis, RIGHT, rng)


def first_or_last_axis(x, dim):
    return torch.softmax(x, 0 if dim == 0 else -1)


def test_check_softmax_catches_what_more_axes_show(submission, rng):
    """A softmax that is right for every x of two axes alone is caught."""
    check_catches(submission, TASK, first_or_last_axis, RIGHT, rng)


def over_everything(x, dim):
    return torch.softmax(x.flatten(), 0).reshape(x.shape)


def test_check_softmax_catches_what_a_single_slice_hides(submission, rng):
    """A softmax that is right for a single row of scores alone is caught."""
    check_catches(submission, TASK, over_everything, RIGHT, rng)


def of_absolute_scores(x, dim):
    return torch.softmax(x.abs(), dim)


def test_check_softmax_catches_what_some_signs_show(submission, rng):
    """A softmax that is right for scores of one sign alone is caught."""
    check_catches(submission, TASK, of_absolute_scores, RIGHT, rng)


def powers_of_two(x, dim):
    return torch.softmax(x * math.log(2), dim)  # noqa: F821  # math is there where it is played


def test_check_softmax_catches_wrong_probabilities(submission, rng):
    """Probabilities in the right order with the sum 1 and wrong numbers are caught."""
    check_catches(submission, TASK, powers_of_two, RIGHT, rng)


def one_shift(x, dim):
    powers = torch.exp(x - x.max())
    return powers / powers.sum(dim, keepdim=True)


def test_check_softmax_catches_what_different_slices_show(submission, rng):
    """A softmax that fails where one row is much larger than another is caught."""
    check_catches(submission, TASK, one_shift, RIGHT, rng)


def cut_off(x, dim):
    return torch.softmax(x.clamp(-50, 50), dim)


def test_check_softmax_catches_finite_wrong_numbers(submission, rng):
    """A softmax that is finite and wrong for large scores is caught."""
    check_catches(submission, TASK, cut_off, RIGHT, rng)


def in_half(x, dim):
    return torch.softmax(x.to(torch.bfloat16), dim).to(x.dtype)


def test_check_softmax_catches_small_errors(submission, rng):
    """A softmax that is wrong in the third digit is caught."""
    check_catches(submission, TASK, in_half, RIGHT, rng)


def changes_x(x, dim):
    x.sub_(x.amax(dim, keepdim=True))
    return torch.softmax(x, dim)


def test_check_softmax_catches_what_is_left_behind(submission, rng):
    """A softmax with the right result that does not leave things as found is caught."""
    check_catches(submission, TASK, changes_x, RIGHT, rng)


def single_precision(x, dim):
    return torch.softmax(x.float(), dim)


def test_check_softmax_catches_the_wrong_kind(submission, rng):
    """A softmax with a result of another kind than asked for is caught."""
    check_catches(submission, TASK, single_precision, RIGHT, rng)
