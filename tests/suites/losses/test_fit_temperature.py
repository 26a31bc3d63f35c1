"""Suite of losses.fit_temperature."""

import math

import pytest
import torch

from grader.suite import check_close, check_device, check_equal, check_manners

FOUR_DIGITS = {"rtol": 1e-4, "atol": 0.0}


def recomputed(logits, labels):
    """Find the zero of the slope in b = 1 / T, in float64."""
    scores = logits.double()
    low, high = -80.0, 80.0  # of log b
    for _ in range(200):
        middle = (low + high) / 2
        b = torch.tensor(math.exp(middle), dtype=torch.float64, requires_grad=True)
        loss = torch.nn.functional.cross_entropy(b * scores, labels)
        (slope,) = torch.autograd.grad(loss, b)
        low, high = (middle, high) if slope.item() < 0 else (low, middle)
    return math.exp(-low)


def drawn(rng, n=60, k=4, scale=1.0):
    """Draw logits, and labels of which two in three are those of the largest."""
    logits = 1.5 * rng.normal(n, k)
    answers = logits.argmax(1)
    others = (answers + 1 + rng.integers(0, k - 1, n)) % k
    return scale * logits, torch.where(torch.arange(n) % 3 > 0, answers, others)


@pytest.mark.visible
@pytest.mark.parametrize("logit", [2.0, 0.3, -5.0])
def test_fit_temperature_of_one_logit(submission, logit):
    """Of four samples three are right: logit / T = log 3."""
    logits = torch.tensor([[logit, 0.0]] * 4, dtype=torch.float64)
    labels = torch.tensor([0, 0, 1, 0]) if logit > 0 else torch.tensor([1, 0, 1, 1])
    check_close(submission.fit_temperature(logits, labels), abs(logit) / math.log(3), **FOUR_DIGITS)


@pytest.mark.visible
def test_fit_temperature_of_a_net_that_is_right_about_itself(submission):
    """Logits that are logarithms of the true shares have T = 1."""
    logits = torch.tensor([[2.0, 3.0, 5.0]], dtype=torch.float64).log().expand(10, 3)
    labels = torch.tensor([0] * 2 + [1] * 3 + [2] * 5)
    check_close(submission.fit_temperature(logits, labels), 1.0, **FOUR_DIGITS)


def test_fit_temperature_of_scaled_logits(submission, rng):
    """Logits three times as large have a T three times as large."""
    logits, labels = drawn(rng)
    check_close(submission.fit_temperature(3 * logits, labels), 3 * recomputed(logits, labels), **FOUR_DIGITS)


@pytest.mark.weight(2)
@pytest.mark.parametrize("k", [2, 4, 7])
def test_fit_temperature_is_recomputed(submission, rng, k):
    """T is where the slope of the cross-entropy is 0."""
    logits, labels = drawn(rng, 50, k)
    check_close(submission.fit_temperature(logits, labels), recomputed(logits, labels), **FOUR_DIGITS)


@pytest.mark.parametrize("scale", [1e-4, 0.05, 30.0, 1e3])
def test_fit_temperature_of_any_size(submission, rng, scale):
    """Very small and very large logits have their T too."""
    logits, labels = drawn(rng, scale=scale)
    check_close(submission.fit_temperature(logits, labels), recomputed(logits, labels), **FOUR_DIGITS)


def test_fit_temperature_of_single_precision(submission, rng):
    """Logits in float32 give a float, right to four digits."""
    logits, labels = drawn(rng)
    logits = logits.float()
    check_close(submission.fit_temperature(logits, labels), recomputed(logits, labels), rtol=1e-3, atol=0.0)


@pytest.mark.detail
def test_fit_temperature_of_logits_with_a_graph(submission, rng):
    """Logits that require a gradient are left without one."""
    logits, labels = drawn(rng)
    leaf = logits.clone().requires_grad_()
    check_close(submission.fit_temperature(leaf, labels), recomputed(logits, labels), **FOUR_DIGITS)
    check_equal(leaf.grad is None, True, "whether logits have no gradient")


def test_fit_temperature_has_manners(submission, rng):
    """Arguments, the random state and the modes stay as they were."""
    logits, labels = drawn(rng)
    check_manners(submission, lambda: submission.fit_temperature(logits, labels))


def test_fit_temperature_on_a_device(submission, rng):
    """Logits on an accelerator give the same T."""
    logits, labels = drawn(rng)
    check_device(submission.fit_temperature, logits.float(), labels, rtol=1e-3)
