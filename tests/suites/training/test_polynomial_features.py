"""Suite of training.polynomial_features."""

import math

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_gradcheck,
    check_gradients,
    check_manners,
)


def powers_by_loops(x, degree):
    """Return the powers as products, in float64."""
    rows = [[math.prod([number] * i) for i in range(degree + 1)] for number in x.double().tolist()]
    return torch.tensor(rows, dtype=torch.float64).reshape(len(x), degree + 1).to(x.dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_polynomial_features_shape_and_dtype(submission, rng, dtype):
    """There are degree + 1 columns of the dtype of x."""
    for n, degree in ((5, 3), (1, 2), (4, 0)):
        got = submission.polynomial_features(rng.normal(n, dtype=dtype), degree)
        check_close(torch.zeros_like(got), torch.zeros(n, degree + 1, dtype=dtype), "shape and dtype")


@pytest.mark.visible
def test_polynomial_features_of_two_numbers(submission):
    """2 becomes 1, 2, 4, 8 and -1 becomes 1, -1, 1, -1."""
    got = submission.polynomial_features(torch.tensor([2.0, -1.0]), 3)
    check_close(got, torch.tensor([[1.0, 2.0, 4.0, 8.0], [1.0, -1.0, 1.0, -1.0]]))


@pytest.mark.weight(3)
@pytest.mark.parametrize("degree", [0, 1, 2, 5, 8])
def test_polynomial_features_of_random_numbers(submission, rng, degree):
    """Column i holds the numbers to the power i."""
    x = rng.normal(6, std=2.0)
    check_close(submission.polynomial_features(x, degree), powers_by_loops(x, degree))


def test_polynomial_features_at_zero(submission):
    """0 to the power 0 is 1, every other power of it 0."""
    got = submission.polynomial_features(torch.zeros(2), 3)
    check_close(got, torch.tensor([[1.0, 0.0, 0.0, 0.0]] * 2))


@pytest.mark.detail
def test_polynomial_features_when_not_contiguous(submission, rng):
    """Every second number of a row is as good as a row."""
    x = rng.normal(8)[::2]
    check_close(submission.polynomial_features(x, 3), powers_by_loops(x, 3))


@pytest.mark.weight(2)
def test_polynomial_features_gradient(submission, rng):
    """The gradient in x is right for any gradient from above, also at 0."""
    x = torch.cat([rng.normal(4), torch.zeros(1, dtype=torch.float64)]).requires_grad_()

    def oracle(x):
        columns = [torch.ones_like(x)]
        for _ in range(4):
            columns.append(columns[-1] * x)
        return torch.stack(columns, 1)

    check_gradients(lambda x: submission.polynomial_features(x, 4), oracle, x, rng=rng)
    check_gradcheck(lambda x: submission.polynomial_features(x, 3), x)


def test_polynomial_features_is_made_by_hand(submission, rng):
    """The powers are made without torch's own matrix of them."""
    check_by_hand(
        submission,
        lambda: submission.polynomial_features(rng.normal(5), 3),
        forbidden=("vander",),
        task="polynomial_features",
    )


def test_polynomial_features_has_manners(submission, rng):
    """x and torch's random state stay as they were."""
    check_manners(submission, lambda: submission.polynomial_features(rng.normal(5), 3))


def test_polynomial_features_on_a_device(submission, rng):
    """On an accelerator the powers are the same and stay there."""
    check_device(submission.polynomial_features, rng.normal(5), 3)
