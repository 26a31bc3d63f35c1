"""Suite of mlp.leaky_relu."""

import pytest
import torch
from torch.nn import functional

from grader.suite import check_by_hand, check_close, check_device, check_gradients, check_like, check_manners

FORBIDDEN = (
    "leaky_relu",
    "leaky_relu_",
    "LeakyReLU",
    "prelu",
    "PReLU",
    "rrelu",
    "RReLU",
    "grad",
    "backward",
)
VIEWS = {
    "a table": lambda x: x,
    "one row": lambda x: x[:1],
    "a number": lambda x: x[0, 0],
    "transposed": lambda x: x.t(),
    "expanded": lambda x: x[:1].expand(4, 3),
}


def oracle(x, negative_slope=0.01):
    """Take the piece of each sign."""
    return torch.where(x > 0, x, negative_slope * x)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_leaky_relu_keeps_shape_and_dtype(submission, rng, shared, dtype):
    """Value and derivative have the shape and dtype of x."""
    x = rng.normal(5, 3, dtype=dtype)
    check_like(submission.leaky_relu(x), shared.activation(functional.leaky_relu, x))


@pytest.mark.visible
def test_leaky_relu_of_three_numbers(submission, shared):
    """With slope 1/4, -2, 0 and 3 give -0.5, 0 and 3, slopes 1/4, 1/4 and 1."""
    x = torch.tensor([-2.0, 0.0, 3.0], dtype=torch.float64)
    value = torch.tensor([-0.5, 0.0, 3.0], dtype=torch.float64)
    slope = torch.tensor([0.25, 0.25, 1.0], dtype=torch.float64)
    check_close(submission.leaky_relu(x, negative_slope=0.25), shared.Activation(value, slope))


@pytest.mark.detail
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("view", VIEWS)
def test_leaky_relu_of_any_layout(submission, rng, shared, view, dtype):
    """The numbers are right however x lies in memory, in float32 and float64."""
    x = VIEWS[view](rng.normal(5, 3, dtype=dtype))
    check_close(submission.leaky_relu(x), shared.activation(functional.leaky_relu, x))


@pytest.mark.weight(2)
@pytest.mark.parametrize("negative_slope", [0.3, 0.0, 1.0, 2.5, -0.5])
def test_leaky_relu_with_any_slope(submission, rng, shared, negative_slope):
    """The left slope may be 0, negative, or steeper than the right one."""
    x = rng.normal(6, 5, std=3)
    want = shared.activation(oracle, x, negative_slope=negative_slope)
    check_close(submission.leaky_relu(x, negative_slope), want)


@pytest.mark.parametrize("size", [10.0, 1000.0, 1e-6])
def test_leaky_relu_over_a_wide_range(submission, rng, shared, size):
    """Large and tiny numbers keep their slope on both sides."""
    x = rng.uniform(6, 5, low=-size, high=size)
    check_close(submission.leaky_relu(x), shared.activation(oracle, x))


@pytest.mark.weight(2)
@pytest.mark.parametrize("negative_slope", [0.01, 1.5])
def test_leaky_relu_gradient(submission, rng, shared, negative_slope):
    """The value lets a gradient through with the slope of each side."""
    x = rng.normal(5, 4, std=3).requires_grad_()
    function = shared.ValueOf(submission.leaky_relu)
    check_gradients(function, oracle, x, negative_slope=negative_slope, rng=rng)


def test_leaky_relu_is_made_by_hand(submission, rng):
    """Both come from a formula, without torch's own and without autograd."""
    x = rng.normal(5, 3)
    check_by_hand(submission, lambda: submission.leaky_relu(x), FORBIDDEN, task="leaky_relu")


def test_leaky_relu_has_manners(submission, rng):
    """x, the random state and the modes stay as they were."""
    x = rng.normal(5, 3)
    check_manners(submission, lambda: submission.leaky_relu(x))


def test_leaky_relu_on_a_device(submission, rng):
    """On an accelerator the result is the same and stays there."""
    check_device(submission.leaky_relu, rng.normal(5, 3), negative_slope=0.2)
