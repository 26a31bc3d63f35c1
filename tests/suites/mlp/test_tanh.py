"""Suite of mlp.tanh."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_gradcheck,
    check_gradients,
    check_like,
    check_manners,
)

FORBIDDEN = ("tanh", "tanh_", "Tanh", "sinh", "cosh", "sigmoid", "Sigmoid", "expit", "grad", "backward")
VIEWS = {
    "a table": lambda x: x,
    "one row": lambda x: x[:1],
    "a number": lambda x: x[0, 0],
    "transposed": lambda x: x.t(),
    "expanded": lambda x: x[:1].expand(4, 3),
}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_tanh_keeps_shape_and_dtype(submission, rng, shared, dtype):
    """Value and derivative have the shape and dtype of x."""
    x = rng.normal(5, 3, dtype=dtype)
    check_like(submission.tanh(x), shared.activation(torch.tanh, x))


@pytest.mark.visible
def test_tanh_of_three_numbers(submission, shared):
    """-log 2, 0 and log 3 give -3/5, 0 and 4/5, slopes 16/25, 1 and 9/25."""
    x = torch.tensor([1 / 2, 1.0, 3.0], dtype=torch.float64).log()
    value = torch.tensor([-0.6, 0.0, 0.8], dtype=torch.float64)
    slope = torch.tensor([0.64, 1.0, 0.36], dtype=torch.float64)
    check_close(submission.tanh(x), shared.Activation(value, slope))


@pytest.mark.detail
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("view", VIEWS)
def test_tanh_of_any_layout(submission, rng, shared, view, dtype):
    """The numbers are right however x lies in memory, in float32 and float64."""
    x = VIEWS[view](rng.normal(5, 3, dtype=dtype))
    check_close(submission.tanh(x), shared.activation(torch.tanh, x))


@pytest.mark.parametrize("size", [1.0, 5.0, 20.0])
def test_tanh_over_a_wide_range(submission, rng, shared, size):
    """Value and derivative agree with torch's own."""
    x = rng.uniform(6, 5, low=-size, high=size)
    check_close(submission.tanh(x), shared.activation(torch.tanh, x))


@pytest.mark.weight(2)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_tanh_is_finite_when_x_is_large(submission, shared, dtype):
    """At -1000 and 1000 the value is -1 and 1 and the derivative 0, not nan."""
    x = torch.tensor([-1000.0, -200.0, 200.0, 1000.0], dtype=dtype)
    check_close(submission.tanh(x), shared.activation(torch.tanh, x))


@pytest.mark.weight(2)
@pytest.mark.parametrize("extreme", [False, True])
def test_tanh_gradient(submission, rng, shared, extreme):
    """The value lets a gradient through, times 1 - y^2, at 0 and 1000 too."""
    x = torch.tensor([0.0, -1000.0, 1000.0, 0.0]).double() if extreme else rng.normal(5, 4, std=2)
    check_gradients(shared.ValueOf(submission.tanh), torch.tanh, x.requires_grad_(), rng=rng)


def test_tanh_derivatives(submission, rng, shared):
    """First and second derivatives of the value agree with finite differences."""
    x = rng.normal(2).requires_grad_()
    check_gradcheck(shared.ValueOf(submission.tanh), x, second=True)


def test_tanh_is_made_by_hand(submission, rng):
    """Both come from a formula, without torch's own and without autograd."""
    x = rng.normal(5, 3)
    check_by_hand(submission, lambda: submission.tanh(x), FORBIDDEN, task="tanh")


def test_tanh_has_manners(submission, rng):
    """x, the random state and the modes stay as they were."""
    x = rng.normal(5, 3)
    check_manners(submission, lambda: submission.tanh(x))


def test_tanh_on_a_device(submission, rng):
    """On an accelerator the result is the same and stays there."""
    check_device(submission.tanh, rng.normal(5, 3))
