"""exponential_average: the start, the weights, the correction, gradient, refusals."""

import pytest
import torch

from grader.suite import (
    check_close,
    check_device,
    check_gradcheck,
    check_gradients,
    check_manners,
    check_shape,
)

ROOM = 1e-4  # ten times what 1 - beta ** t, with t in a tensor and so in float32, is off when beta is 0.99


def by_weights(values, beta, bias_correction=False):
    """Return the averages as weighted sums of the past, without the recursion."""
    averages = []
    for t in range(len(values)):
        weights = torch.tensor([(1 - beta) * beta ** (t - s) for s in range(t + 1)], dtype=torch.float64)
        weights = weights / weights.sum() if bias_correction else weights
        averages.append((weights * values[: t + 1].double()).sum())
    return torch.stack(averages).to(values.dtype)


@pytest.mark.visible
def test_exponential_average_shape(submission, rng):
    """Seven values have seven averages."""
    check_shape(submission.exponential_average(rng.normal(7), 0.9), (7,))


@pytest.mark.visible
@pytest.mark.weight(2)
def test_exponential_average_values(submission):
    """From 0, half way to 4 is 2, and half way from 2 to 8 is 5."""
    check_close(submission.exponential_average(torch.tensor([4.0, 8.0]), 0.5), torch.tensor([2.0, 5.0]))


@pytest.mark.visible
def test_exponential_average_values_when_corrected(submission):
    """2 and 5 divided by 1 - 0.5 and 1 - 0.25 are 4 and 6.6667."""
    got = submission.exponential_average(torch.tensor([4.0, 8.0]), 0.5, bias_correction=True)
    check_close(got, torch.tensor([4.0, 20.0 / 3.0]))


@pytest.mark.parametrize("bias_correction", [False, True])
@pytest.mark.weight(3)
def test_exponential_average_matches_weighted_sums(submission, rng, bias_correction):
    """Each average is the weighted sum of all values so far."""
    for beta in (0.3, 0.9, 0.99):
        values = rng.normal(12, mean=2.0)
        got = submission.exponential_average(values, beta, bias_correction)
        check_close(got, by_weights(values, beta, bias_correction), rtol=ROOM if bias_correction else None)


def test_exponential_average_of_a_constant(submission):
    """With correction a constant series is its own average from the start."""
    values = torch.full((9,), 3.5, dtype=torch.float64)
    check_close(submission.exponential_average(values, 0.9, True), values, rtol=ROOM)


def test_exponential_average_when_beta_is_zero(submission, rng):
    """With beta 0 nothing of the past remains."""
    values = rng.normal(6)
    check_close(submission.exponential_average(values, 0.0), values)
    check_close(submission.exponential_average(values, 0.0, True), values)


@pytest.mark.parametrize("bias_correction", [False, True])
def test_exponential_average_of_one_value(submission, bias_correction):
    """A single value gives one average."""
    want = torch.tensor([2.0 if bias_correction else 0.2], dtype=torch.float64)
    got = submission.exponential_average(torch.tensor([2.0], dtype=torch.float64), 0.9, bias_correction)
    check_close(got, want, rtol=ROOM if bias_correction else None)


def test_exponential_average_when_float32(submission, rng):
    """float32 stays float32, and a beta close to 1 stays accurate."""
    values = rng.normal(40, mean=5.0, dtype=torch.float32)
    got = submission.exponential_average(values, 0.999, True)
    check_close(got, by_weights(values, 0.999, True), rtol=1e-3)


@pytest.mark.parametrize("bias_correction", [False, True])
@pytest.mark.weight(2)
def test_exponential_average_gradient(submission, rng, bias_correction):
    """Each value receives the gradient of every later average."""
    values = rng.normal(6).requires_grad_()
    check_gradients(
        submission.exponential_average,
        by_weights,
        values,
        rng=rng,
        rtol=ROOM,
        beta=0.7,
        bias_correction=bias_correction,
    )
    check_gradcheck(submission.exponential_average, values, beta=0.7, bias_correction=bias_correction)


@pytest.mark.detail
def test_exponential_average_when_not_contiguous(submission, rng):
    """The values may be a column of a table, or one value shown often."""
    table = rng.normal(7, 3)
    for values in (table[:, 1], table[0, :1].expand(5)):
        check_close(submission.exponential_average(values, 0.8), by_weights(values, 0.8))


def test_exponential_average_manners(submission, rng):
    """The values and torch's state stay as they were."""
    values = rng.normal(7)
    check_manners(submission, lambda: submission.exponential_average(values, 0.9, True))


def test_exponential_average_on_a_device(submission, rng):
    """The averages lie on the device of the values."""
    values = rng.normal(7, dtype=torch.float32)
    check_device(submission.exponential_average, values, 0.9, bias_correction=True)
