"""Suite of mlp.hard_sigmoid."""

import pytest
import torch
from torch.nn import functional

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_finite,
    check_gradients,
    check_like,
    check_manners,
    check_vectorised,
)

FORBIDDEN = ("hardsigmoid", "Hardsigmoid", "relu6", "ReLU6", "hardtanh", "Hardtanh")
VIEWS = {
    "a table": lambda x: x,
    "one row": lambda x: x[:1],
    "a number": lambda x: x[0, 0],
    "transposed": lambda x: x.t(),
    "expanded": lambda x: x[:1].expand(4, 3),
}


def oracle(x):
    """Cut the line off at both ends; the backward of torch's hardsigmoid rounds 1/6 to float32."""
    return torch.clamp(x + 3, 0, 6) / 6


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_hard_sigmoid_keeps_shape_and_dtype(submission, rng, dtype):
    """The result has the shape and dtype of x."""
    x = rng.normal(5, 3, dtype=dtype, std=4)
    check_like(submission.hard_sigmoid(x), functional.hardsigmoid(x))


@pytest.mark.visible
def test_hard_sigmoid_of_five_numbers(submission):
    """-9, -3, 0, 1.5 and 9 give 0, 0, 1/2, 3/4 and 1."""
    x = torch.tensor([-9.0, -3.0, 0.0, 1.5, 9.0], dtype=torch.float64)
    want = torch.tensor([0.0, 0.0, 0.5, 0.75, 1.0], dtype=torch.float64)
    check_close(submission.hard_sigmoid(x), want)


@pytest.mark.detail
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("view", VIEWS)
def test_hard_sigmoid_of_any_layout(submission, rng, view, dtype):
    """The numbers are right however x lies in memory, in float32 and float64."""
    x = VIEWS[view](rng.normal(5, 3, dtype=dtype, std=4))
    check_close(submission.hard_sigmoid(x), functional.hardsigmoid(x))


def test_hard_sigmoid_is_symmetric(submission, rng):
    """The values at x and at -x add up to 1."""
    x = rng.normal(6, 4, std=4)
    y = submission.hard_sigmoid(x)
    check_close(submission.hard_sigmoid(-x), functional.hardsigmoid(-x), "the value at -x")
    check_close(y, 1 - functional.hardsigmoid(-x))


def test_hard_sigmoid_far_from_the_ramp(submission, rng):
    """At -1000 it is 0, at 1000 it is 1, and the slope is 0."""
    x = torch.cat([rng.uniform(4, low=-1000, high=-900), rng.uniform(3, low=900, high=1000)])
    check_finite(submission.hard_sigmoid(x))
    check_gradients(submission.hard_sigmoid, oracle, x.requires_grad_(), rng=rng)


@pytest.mark.weight(2)
def test_hard_sigmoid_gradient(submission, rng):
    """The slope is 1/6 on the ramp and 0 beside it."""
    x = rng.uniform(6, 5, low=-9, high=9).requires_grad_()
    check_gradients(submission.hard_sigmoid, oracle, x, rng=rng)


def test_hard_sigmoid_has_no_loop(submission, rng):
    """The number of operators does not grow with x."""
    few, many = rng.normal(3), rng.normal(50)
    check_vectorised(submission, lambda: submission.hard_sigmoid(few), lambda: submission.hard_sigmoid(many))


def test_hard_sigmoid_is_made_by_hand(submission, rng):
    """It is made by hand, without torch's own hard sigmoid."""
    x = rng.normal(5, 3)
    check_by_hand(submission, lambda: submission.hard_sigmoid(x), FORBIDDEN, task="hard_sigmoid")


def test_hard_sigmoid_has_manners(submission, rng):
    """x, the random state and the modes stay as they were."""
    x = rng.normal(5, 3)
    check_manners(submission, lambda: submission.hard_sigmoid(x))


def test_hard_sigmoid_on_a_device(submission, rng):
    """On an accelerator the result is the same and stays there."""
    check_device(submission.hard_sigmoid, rng.normal(5, 3, std=4))
