"""Suite of mlp.relu."""

import pytest
import torch

from grader.suite import check_by_hand, check_close, check_device, check_gradients, check_like, check_manners

FORBIDDEN = ("relu", "relu_", "ReLU", "threshold", "leaky_relu", "hardtanh", "grad", "backward")
VIEWS = {
    "a table": lambda x: x,
    "one row": lambda x: x[:1],
    "a number": lambda x: x[0, 0],
    "transposed": lambda x: x.t(),
    "expanded": lambda x: x[:1].expand(4, 3),
}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_relu_keeps_shape_and_dtype(submission, rng, shared, dtype):
    """Value and derivative have the shape and dtype of x."""
    x = rng.normal(5, 3, dtype=dtype)
    check_like(submission.relu(x), shared.activation(torch.relu, x))


@pytest.mark.visible
def test_relu_of_three_numbers(submission, shared):
    """-2, 0.5 and 3 give 0, 0.5 and 3, with the slopes 0, 1 and 1."""
    x = torch.tensor([-2.0, 0.5, 3.0], dtype=torch.float64)
    value = torch.tensor([0.0, 0.5, 3.0], dtype=torch.float64)
    slope = torch.tensor([0.0, 1.0, 1.0], dtype=torch.float64)
    check_close(submission.relu(x), shared.Activation(value, slope))


@pytest.mark.visible
def test_relu_at_zero(submission, shared):
    """At 0 the value is 0 and the derivative is 0, the slope from the left."""
    x = torch.zeros(3, dtype=torch.float64)
    check_close(submission.relu(x), shared.Activation(x.clone(), x.clone()))


@pytest.mark.detail
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("view", VIEWS)
def test_relu_of_any_layout(submission, rng, shared, view, dtype):
    """The numbers are right however x lies in memory, in float32 and float64."""
    x = VIEWS[view](rng.normal(5, 3, dtype=dtype))
    check_close(submission.relu(x), shared.activation(torch.relu, x))


@pytest.mark.weight(2)
@pytest.mark.parametrize("size", [10.0, 1000.0, 1e-6])
def test_relu_over_a_wide_range(submission, rng, shared, size):
    """Large and tiny numbers pass on the right and vanish on the left."""
    x = rng.uniform(6, 5, low=-size, high=size)
    check_close(submission.relu(x), shared.activation(torch.relu, x))


@pytest.mark.weight(2)
def test_relu_gradient(submission, rng, shared):
    """The value lets a gradient through where x is above 0."""
    x = rng.normal(5, 4, std=3).requires_grad_()
    check_gradients(shared.ValueOf(submission.relu), torch.relu, x, rng=rng)


def test_relu_is_made_by_hand(submission, rng):
    """Both come from a formula, without torch's own and without autograd."""
    x = rng.normal(5, 3)
    check_by_hand(submission, lambda: submission.relu(x), FORBIDDEN, task="relu")


def test_relu_has_manners(submission, rng):
    """x, the random state and the modes stay as they were."""
    x = rng.normal(5, 3)
    check_manners(submission, lambda: submission.relu(x))


def test_relu_on_a_device(submission, rng):
    """On an accelerator the result is the same and stays there."""
    check_device(submission.relu, rng.normal(5, 3))
