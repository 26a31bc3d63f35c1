"""Suite of attention.gelu."""

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_gradcheck,
    check_gradients,
    check_like,
    check_manners,
)

FORBIDDEN = ("gelu", "GELU", "gelu_")


def by_hand(x):
    """The oracle, by the distribution function of torch's normal distribution."""
    return x * torch.special.ndtr(x)


@pytest.mark.parametrize("shape", [(4, 3), (5,), (), (0,), (2, 1, 3)], ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gelu_shape_and_dtype(submission, rng, dtype, shape):
    """The result has the shape and the dtype of x."""
    x = rng.normal(*shape, dtype=dtype).reshape(shape)
    check_like(submission.gelu(x), x)


@pytest.mark.visible
def test_gelu_of_three_numbers(submission):
    """Of a normal distribution 68.27 % lie within 1: gelu(1) = 0.8413."""
    inside = 0.6826894921370859
    want = torch.tensor([-(1 - inside) / 2, 0.0, (1 + inside) / 2], dtype=torch.float64)
    check_close(submission.gelu(torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64)), want)


@pytest.mark.weight(2)
def test_gelu_of_x_and_minus_x(submission, rng):
    """gelu(x) - gelu(-x) is x: what one side loses the other keeps."""
    x = rng.normal(20, std=2)
    got = submission.gelu(torch.cat([x, -x]))
    check_like(got, torch.cat([x, x]))
    check_close(got[:20], by_hand(x), "the values")
    check_close(got[:20] - got[20:], x, "gelu(x) - gelu(-x)")


@pytest.mark.weight(3)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gelu_forwards_and_backwards(submission, rng, dtype):
    """Values and gradients are exact, not those of the tanh formula."""
    x = rng.normal(6, 5, std=2, dtype=dtype).requires_grad_()
    check_gradients(submission.gelu, functional.gelu, x, rng=rng)


def test_gelu_against_differences(submission, rng):
    """The gradient agrees with finite differences, as does that of the gradient."""
    check_gradcheck(submission.gelu, rng.normal(4, 3).requires_grad_(), second=True)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gelu_of_large_numbers(submission, rng, dtype):
    """1000 stays 1000, with gradient 1; -1000 becomes 0, with gradient 0."""
    x = torch.tensor([1000.0, -1000.0, 40.0, -40.0, 12.0, -12.0], dtype=dtype).requires_grad_()
    check_gradients(submission.gelu, by_hand, x, rng=rng)


def test_gelu_is_lowest_where_it_should_be(submission):
    """It is not monotonous: the lowest value is -0.17 at -0.7518, where it is flat."""
    x = torch.tensor([-0.7517915246935645], dtype=torch.float64).requires_grad_()
    y = submission.gelu(x)
    check_close(y, torch.tensor([-0.16997120747990369], dtype=torch.float64))
    (slope,) = torch.autograd.grad(y.sum(), x)
    check_close(slope, torch.zeros(1, dtype=torch.float64), "the gradient", atol=1e-8)


def test_gelu_is_made_by_hand(submission, rng):
    """It is made without torch's own."""
    x = rng.normal(4, 3)
    check_by_hand(submission, lambda: submission.gelu(x), FORBIDDEN)


def test_gelu_has_manners(submission, rng):
    """x and torch's random state stay as they were."""
    x = rng.normal(4, 3)
    check_manners(submission, lambda: submission.gelu(x))


def test_gelu_on_a_device(submission, rng):
    """On an accelerator the values are the same and stay there."""
    check_device(submission.gelu, rng.normal(4, 3, dtype=torch.float32))
