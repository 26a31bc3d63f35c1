"""Suite of autograd.detached_product."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_equal,
    check_gradients,
    check_like,
    check_manners,
    check_that,
)


def oracle(x):
    """Multiply with the square as plain numbers."""
    return torch.tensor((x.detach() ** 2).tolist(), dtype=x.dtype) * x


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(5, 3), (1,), ()])
def test_detached_product_shape_and_dtype(submission, rng, dtype, shape):
    """The product has the shape and dtype of x, and the value x^3."""
    x = rng.normal(*shape, dtype=dtype)
    check_like(submission.detached_product(x), x**3)


@pytest.mark.visible
def test_detached_product_of_three_numbers(submission):
    """1, 2, 3 give 1, 8, 27, and the gradient 1, 4, 9 of a constant times x."""
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    got = submission.detached_product(x)
    check_close(got, torch.tensor([1.0, 8.0, 27.0]))
    check_equal(got.requires_grad, True, "requires_grad of the product")
    check_close(torch.autograd.grad(got.sum(), x)[0], torch.tensor([1.0, 4.0, 9.0]), "gradient")


@pytest.mark.weight(2)
def test_detached_product_gradient(submission, rng):
    """The gradient is x^2 times what comes from above."""
    check_gradients(submission.detached_product, oracle, rng.normal(4, 3).requires_grad_(), rng=rng)


@pytest.mark.detail
def test_detached_product_when_not_contiguous(submission, rng):
    """A transposed x has the same value and gradient."""
    check_gradients(submission.detached_product, oracle, rng.normal(4, 3).t().requires_grad_(), rng=rng)


def test_detached_product_inside_a_graph(submission, rng):
    """The graph goes on through x to what x was computed from."""
    base = rng.normal(4).requires_grad_()
    x = 3 * base
    got = submission.detached_product(x)
    check_close(got, 27 * base.detach() ** 3)
    check_equal(got.requires_grad, True, "requires_grad of the product")
    above = rng.normal(4)
    found = torch.autograd.grad(got, base, above)[0]
    check_close(found, 27 * base.detach() ** 2 * above, "gradient with respect to the base")


def test_detached_product_has_no_second_derivative(submission, rng):
    """u is a constant, so the gradient does not depend on x any more."""
    x, above = rng.normal(4).requires_grad_(), rng.normal(4).requires_grad_()
    got = submission.detached_product(x)
    check_close(got, x.detach() ** 3)
    check_equal(got.requires_grad, True, "requires_grad of the product")
    slope = torch.autograd.grad(got, x, above, create_graph=True)[0]
    second = torch.autograd.grad(slope, (x, above), rng.normal(4), allow_unused=True)[0]
    check_close(
        torch.zeros(4).double() if second is None else second, torch.zeros(4).double(), "second derivative"
    )


@pytest.mark.detail
def test_detached_product_has_manners(submission, rng):
    """x and torch's state stay as they were; an x without gradient is fine."""
    x = rng.normal(4)
    check_manners(submission, lambda: submission.detached_product(x))
    got = submission.detached_product(x)
    check_close(got, x**3)
    check_that(got.requires_grad is False, "the product of an x without gradient", "no graph", "a graph")


def test_detached_product_is_taken_out_with_detach(submission, rng):
    """u is taken out of the graph by detach or no_grad, not by .data or .item()."""
    x = rng.normal(4).requires_grad_()
    call = {"forbidden": ("data", "item"), "task": "detached_product"}
    check_by_hand(submission, lambda: submission.detached_product(x), **call)


def test_detached_product_on_a_device(submission, rng):
    """On an accelerator value and gradient are the same and stay there."""

    def scenario(submission, x, above):
        x = x.clone().requires_grad_()
        z = submission.detached_product(x)
        return z.detach(), torch.autograd.grad(z, x, above)[0]

    check_device(lambda *arguments: submission.run(scenario, *arguments), rng.normal(3), rng.normal(3))
