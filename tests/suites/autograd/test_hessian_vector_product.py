"""Suite of autograd.hessian_vector_product."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_equal,
    check_like,
    check_manners,
    check_vectorised,
)

FORBIDDEN = ("hessian", "jacobian", "jacrev", "jacfwd", "hvp", "vhp", "jvp", "vmap", "is_grads_batched")


def bent(a):
    """Make a function of all entries whose second derivatives form a full, unequal matrix."""
    return lambda x: ((a @ x.flatten()).sin() * x.flatten().exp()).sum() + (x**3).sum()


def reshaped(*shape):
    """Make a function that returns a tensor of some shape."""
    return lambda x: (x**2).sum() * torch.ones(*shape, dtype=x.dtype)


def oracle(f, x, v):
    """Build the whole matrix and multiply."""
    whole = torch.autograd.functional.hessian(f, x.detach().clone()).reshape(x.numel(), x.numel())
    return (whole @ v.detach().flatten()).reshape(x.shape)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_hessian_vector_product_shape_and_dtype(submission, rng, dtype):
    """The product has the shape and dtype of x."""
    x, v, a = rng.normal(3, dtype=dtype), rng.normal(3, dtype=dtype), 0.3 * rng.normal(3, 3, dtype=dtype)
    got = submission.hessian_vector_product(submission.build(bent, a), x, v)
    check_like(got, oracle(bent(a), x, v))


@pytest.mark.visible
def test_hessian_vector_product_of_two_numbers(submission):
    """x0^2 x1 at (1, 2) has the matrix (4, 2; 2, 0); times (1, 10) it is (24, 2)."""

    def cubic():
        return lambda x: x[0] ** 2 * x[1]

    x, v = torch.tensor([1.0, 2.0]), torch.tensor([1.0, 10.0])
    got = submission.hessian_vector_product(submission.build(cubic), x, v)
    check_close(got, torch.tensor([24.0, 2.0]))


@pytest.mark.weight(2)
@pytest.mark.parametrize("shape", [(4,), (2, 3), (1,), ()])
def test_hessian_vector_product_of_random_functions(submission, rng, shape):
    """It agrees with the whole matrix times v, for x of any shape."""
    x, v = rng.normal(*shape), rng.normal(*shape)
    a = rng.normal(x.numel(), x.numel())
    got = submission.hessian_vector_product(submission.build(bent, a), x, v)
    check_close(got, oracle(bent(a), x, v))


@pytest.mark.parametrize("what", ["linear", "part", "constant", "parameter", "unused"])
def test_hessian_vector_product_is_zero_when_f_is_straight(submission, rng, what):
    """Where f is linear in x, or does not use it, the product is 0."""

    def scenario(submission, x, v, what):
        w = torch.ones(4, dtype=x.dtype, requires_grad=True)
        functions = {
            "linear": lambda x: (3 * x).sum(),
            "part": lambda x: (x[:1] ** 2).sum() + (w * x[1:].sum()).sum(),
            "constant": lambda x: w.detach().sum(),
            "parameter": lambda x: (w**2).sum() + (w * x).sum(),
            "unused": lambda x: (w**2).sum(),
        }
        return submission.hessian_vector_product(functions[what], x, v)

    x, v = rng.normal(4), rng.normal(4)
    want = torch.zeros_like(x)
    want[0] = 2 * v[0] if what == "part" else 0.0
    check_close(submission.run(scenario, x, v, what), want)


@pytest.mark.detail
def test_hessian_vector_product_leaves_its_arguments(submission, rng):
    """x and v may require gradients: their .grad stays, and the result has no graph."""
    x, v, a = rng.normal(3).requires_grad_(), rng.normal(3).requires_grad_(), rng.normal(3, 3)
    x.grad = rng.normal(3)
    got = submission.hessian_vector_product(submission.build(bent, a), x, v)
    check_close(got, oracle(bent(a), x, v))
    check_equal(got.requires_grad, False, "requires_grad of the result")


def test_hessian_vector_product_of_a_v_computed_from_x(submission, rng):
    """v counts as constant, also where it was computed from the same x."""

    def scenario(submission, x):
        x = x.clone().requires_grad_()
        return submission.hessian_vector_product(lambda x: (x**3).sum(), x, x**2)

    x = rng.normal(4)
    check_close(submission.run(scenario, x), 6 * x**3)


@pytest.mark.detail
def test_hessian_vector_product_leaves_parameters_alone(submission, rng):
    """The .grad of a parameter that f uses stays as it was."""

    def scenario(submission, x, v, w):
        w = w.clone().requires_grad_()
        w.grad = torch.full_like(w, 5.0)
        return submission.hessian_vector_product(lambda x: (w * x**3).sum(), x, v), w.grad.clone()

    x, v, w = rng.normal(4), rng.normal(4), rng.normal(4)
    found, grad = submission.run(scenario, x, v, w)
    check_close(found, 6 * w * x * v)
    check_close(grad, torch.full_like(x, 5.0), "grad of the parameter afterwards")


def test_hessian_vector_product_builds_no_matrix(submission, rng):
    """The number of operations does not grow with the size of x."""

    def scenario(submission, x, v):
        return submission.hessian_vector_product(lambda x: (x.sin() * x.sum()).sum(), x, v)

    few, many = (rng.normal(3), rng.normal(3)), (rng.normal(30), rng.normal(30))
    check_vectorised(
        submission, lambda: submission.run(scenario, *few), lambda: submission.run(scenario, *many)
    )


def test_hessian_vector_product_is_made_by_hand(submission, rng):
    """Two gradients do it, without torch's hessian; torch's state stays."""
    f, x, v = submission.build(reshaped, []), rng.normal(4, 6)[::2, ::3], rng.normal(2, 2).t()

    def call():
        return submission.hessian_vector_product(f, x, v)

    check_manners(submission, call)
    check_by_hand(submission, call, forbidden=FORBIDDEN, task="hessian_vector_product")


def test_hessian_vector_product_on_a_device(submission, rng):
    """On an accelerator the product is the same and stays there."""

    def scenario(submission, x, v):
        product = submission.hessian_vector_product
        return product(lambda x: x.prod(), x, v), product(lambda x: x.detach().sum(), x, v)

    check_device(lambda *arguments: submission.run(scenario, *arguments), rng.normal(3), rng.normal(3))
