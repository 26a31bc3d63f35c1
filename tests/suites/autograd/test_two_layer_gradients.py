"""Suite of autograd.two_layer_gradients."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_equal,
    check_finite,
    check_like,
    check_manners,
)

# Not "backward": a class of one's own may have a method of that name. Autograd leaves the operator tanh_backward.
FORBIDDEN = ("autograd", "tanh_backward", "requires_grad_", "vjp", "jvp", "jacobian", "jacrev", "jacfwd")
PARAMETERS = ("w1", "b1", "w2", "b2")


def network(rng, n, d, h, k, dtype=torch.float64):
    """Draw x (N, D), y (N, K), w1 (H, D), b1 (H,), w2 (K, H) and b2 (K,)."""
    return [rng.normal(*shape, dtype=dtype) for shape in ((n, d), (n, k), (h, d), (h,), (k, h), (k,))]


def oracle(x, y, *parameters):
    """Let autograd differentiate the loss."""
    w1, b1, w2, b2 = leaves = [p.detach().clone().requires_grad_() for p in parameters]
    h = torch.tanh(torch.nn.functional.linear(x, w1, b1))
    loss = torch.nn.functional.mse_loss(torch.nn.functional.linear(h, w2, b2), y)
    return torch.autograd.grad(loss, leaves)


def check_parameters(got, want):
    """Check each gradient by its name."""
    for name, gradient in zip(PARAMETERS, want, strict=True):
        check_close(getattr(got, name), gradient, f"gradient of {name}")


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_two_layer_gradients_shape_and_dtype(submission, rng, dtype):
    """Each gradient has the shape and dtype of its parameter, under its name."""
    arguments = network(rng, 5, 3, 4, 2, dtype=dtype)
    got = submission.two_layer_gradients(*arguments)
    for name, gradient in zip(PARAMETERS, oracle(*arguments), strict=True):
        check_like(getattr(got, name), gradient, f"gradient of {name}")


@pytest.mark.visible
def test_two_layer_gradients_of_one_number(submission):
    """x = 1, w1 = b1 = 0, w2 = 2, b2 = 1, y = 3: out is 1, db2 = -4, dw1 = -8."""
    one = torch.ones(1, 1)
    got = submission.two_layer_gradients(one, 3 * one, 0 * one, torch.zeros(1), 2 * one, torch.ones(1))
    check_parameters(got, (-8 * one, torch.tensor([-8.0]), 0 * one, torch.tensor([-4.0])))


@pytest.mark.weight(3)
@pytest.mark.parametrize("sizes", [(6, 3, 4, 2), (1, 3, 2, 4), (5, 1, 3, 2), (4, 3, 1, 2), (5, 2, 3, 1)])
def test_two_layer_gradients_of_random_networks(submission, rng, sizes):
    """The four formulas agree with autograd, for all sizes."""
    arguments = network(rng, *sizes)
    check_parameters(submission.two_layer_gradients(*arguments), oracle(*arguments))


@pytest.mark.weight(2)
def test_two_layer_gradients_are_slopes_of_the_loss(submission, rng):
    """A small step against the gradient lowers the loss as much as the gradient says."""
    x, y, *parameters = network(rng, 5, 3, 4, 2)
    got = submission.two_layer_gradients(x, y, *parameters)
    slopes = [getattr(got, name) for name in PARAMETERS]
    for slope, parameter in zip(slopes, parameters, strict=True):
        check_equal(tuple(slope.shape), tuple(parameter.shape), "shape of a gradient")

    def loss(step):
        w1, b1, w2, b2 = (p - step * s.detach() for p, s in zip(parameters, slopes, strict=True))
        return ((torch.tanh(x @ w1.t() + b1) @ w2.t() + b2 - y) ** 2).mean()

    squares = sum((slope.detach() ** 2).sum() for slope in slopes)
    check_close(
        (loss(-1e-5) - loss(1e-5)) / 2e-5, squares, "fall of the loss for each unit of step", rtol=1e-5
    )


@pytest.mark.detail
def test_two_layer_gradients_when_not_contiguous(submission, rng):
    """Transposed and expanded arguments give the right gradients."""
    x, y, w1, b1, w2, b2 = network(rng, 5, 3, 4, 2)
    arguments = rng.normal(3, 5).t(), y, rng.normal(3, 4).t(), b1[:1].expand(4), w2, b2
    check_parameters(submission.two_layer_gradients(*arguments), oracle(*arguments))


def test_two_layer_gradients_when_saturated(submission, rng):
    """Where every tanh is at its end, w1 and b1 get 0 and nothing is nan."""
    x, y, w1, b1, w2, b2 = network(rng, 5, 3, 4, 2)
    arguments = x, y, 0 * w1, b1.sign() * 1000, w2, b2
    got = submission.two_layer_gradients(*arguments)
    check_finite(got.w1, "gradient of w1")
    check_parameters(got, oracle(*arguments))


def test_two_layer_gradients_are_outside_the_graph(submission, rng):
    """Arguments that require gradients keep their .grad, and the result has no graph."""
    x, y, *parameters = network(rng, 5, 3, 4, 2)
    parameters = [p.requires_grad_() for p in parameters]
    got = submission.two_layer_gradients(x, y, *parameters)
    check_parameters(got, oracle(x, y, *parameters))
    check_equal([part.requires_grad for part in got], [False] * 4, "requires_grad of the gradients")


def test_two_layer_gradients_are_made_by_hand(submission, rng):
    """The gradients come from formulas, without autograd; torch's state stays."""
    arguments = network(rng, 5, 3, 4, 2)

    def call():
        return submission.two_layer_gradients(*arguments)

    check_manners(submission, call)
    check_by_hand(submission, call, forbidden=FORBIDDEN, task="two_layer_gradients")


def test_two_layer_gradients_on_a_device(submission, rng):
    """On an accelerator the gradients are the same and stay there."""
    check_device(submission.two_layer_gradients, *network(rng, 5, 3, 4, 2))
