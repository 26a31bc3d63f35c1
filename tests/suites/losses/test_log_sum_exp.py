"""Suite of losses.log_sum_exp."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_gradcheck,
    check_gradients,
    check_manners,
    check_shape,
)

FORBIDDEN = ("logsumexp", "logaddexp", "logaddexp2", "logcumsumexp", "softmax", "log_softmax", "softplus")


@pytest.mark.parametrize("dim", [0, 1, 2, -1, -2])
def test_log_sum_exp_removes_the_axis(submission, rng, dim):
    """The axis dim disappears, whichever it is; the others stay."""
    x = rng.normal(4, 3, 5, dtype=torch.float64)
    check_close(submission.log_sum_exp(x, dim), torch.logsumexp(x, dim))


@pytest.mark.visible
def test_log_sum_exp_of_two_numbers(submission):
    """The numbers log 1 and log 3 give log 4."""
    x = torch.tensor([[1.0, 3.0], [2.0, 2.0]], dtype=torch.float64).log()
    check_close(submission.log_sum_exp(x, 1), torch.tensor([4.0, 4.0], dtype=torch.float64).log())


def test_log_sum_exp_moves_with_its_input(submission, rng):
    """Adding 7 to every entry adds 7 to the result."""
    x = rng.normal(4, 3, dtype=torch.float64)
    low = submission.log_sum_exp(x, 1)
    check_shape(low, (4,))
    check_close(submission.log_sum_exp(x + 7, 1), low + 7)


def test_log_sum_exp_keeps_float32(submission, rng):
    """A float32 x gives a float32 result."""
    x = rng.normal(6, 4, dtype=torch.float32)
    check_close(submission.log_sum_exp(x, 0), torch.logsumexp(x, 0))


@pytest.mark.parametrize("shape", [(1, 4), (4, 1), (1, 1), (3,)])
def test_log_sum_exp_of_small_shapes(submission, rng, shape):
    """One row, one column and a single axis keep the axes they should."""
    x = rng.normal(*shape, dtype=torch.float64)
    check_close(submission.log_sum_exp(x, -1), torch.logsumexp(x, -1))


@pytest.mark.detail
def test_log_sum_exp_when_not_contiguous(submission, rng):
    """A transposed and an expanded x give the right values."""
    x = rng.normal(3, 5, dtype=torch.float64)
    check_close(submission.log_sum_exp(x.t(), 1), torch.logsumexp(x.t(), 1))
    check_close(submission.log_sum_exp(x[:1].expand(4, 5), 0), torch.logsumexp(x[:1].expand(4, 5), 0))


@pytest.mark.weight(2)
@pytest.mark.parametrize("dim", [0, 1])
def test_log_sum_exp_gradient(submission, rng, dim):
    """The gradient is the softmax times what comes from above."""
    x = rng.normal(4, 3, 2, dtype=torch.float64).requires_grad_()
    check_gradients(submission.log_sum_exp, torch.logsumexp, x, dim=dim, rng=rng)


def test_log_sum_exp_derivatives(submission, rng):
    """First and second derivatives agree with finite differences."""
    x = rng.normal(3, 4, dtype=torch.float64).requires_grad_()
    check_gradcheck(submission.log_sum_exp, x, dim=1, second=True)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_log_sum_exp_is_finite_when_entries_are_large(submission, rng, dtype):
    """Entries around 1000 or -1000 give finite values and gradients."""
    x = torch.stack([rng.normal(5, dtype=dtype) + 1000, rng.normal(5, dtype=dtype) - 1000])
    check_gradients(submission.log_sum_exp, torch.logsumexp, x.requires_grad_(), dim=1, rng=rng)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_log_sum_exp_is_finite_when_entries_lie_far_apart(submission, dtype):
    """Entries of 1000 and -1000 in one row give 1000, not inf."""
    x = torch.tensor([[1000.0, -1000.0, 0.0], [-2000.0, 0.0, 1.0]], dtype=dtype)
    check_close(submission.log_sum_exp(x, 1), torch.logsumexp(x, 1))


def test_log_sum_exp_shifts_each_slice_by_itself(submission):
    """A row of -1000 next to a row of 1000 does not become -inf."""
    x = torch.tensor([[1000.0, 999.0, 1000.0], [-1000.0, -1001.0, -1000.0]], dtype=torch.float64)
    check_close(submission.log_sum_exp(x, 1), torch.logsumexp(x, 1))


def test_log_sum_exp_when_an_entry_is_minus_infinity(submission, rng):
    """An entry of -inf adds nothing."""
    x = rng.normal(3, 4, dtype=torch.float64)
    x[0, 1] = x[2, 3] = -torch.inf
    check_gradients(submission.log_sum_exp, torch.logsumexp, x.requires_grad_(), dim=1, rng=rng)


def test_log_sum_exp_when_all_entries_are_minus_infinity(submission, rng):
    """A row of nothing but -inf gives -inf, not nan."""
    x = rng.normal(3, 4, dtype=torch.float64)
    x[1] = -torch.inf
    check_close(submission.log_sum_exp(x, 1), torch.logsumexp(x, 1))


def test_log_sum_exp_is_made_by_hand(submission, rng):
    """It is made from exp, sum and log, without torch's own."""
    x = rng.normal(4, 3)
    check_by_hand(submission, lambda: submission.log_sum_exp(x, 1), forbidden=FORBIDDEN, task="log_sum_exp")


def test_log_sum_exp_has_manners(submission, rng):
    """x, the random state and the modes stay as they were."""
    x = rng.normal(4, 3)
    check_manners(submission, lambda: submission.log_sum_exp(x, 1))


def test_log_sum_exp_on_a_device(submission, rng):
    """On an accelerator the result is the same and stays there."""
    check_device(submission.log_sum_exp, rng.normal(4, 3), 1)
