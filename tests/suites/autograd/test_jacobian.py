"""Suite of autograd.jacobian."""

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_equal,
    check_like,
    check_manners,
)

FORBIDDEN = ("jacobian", "jacrev", "jacfwd", "hessian", "vmap", "is_grads_batched")


def bent(a):
    """Make a function from D numbers to M, each of which depends on all."""
    return lambda x: (a @ x).sin() * x.sum() + (a @ x) ** 2


def oracle(f, x):
    """Let torch build the matrix."""
    return torch.autograd.functional.jacobian(f, x.detach().clone())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_jacobian_shape_and_dtype(submission, rng, dtype):
    """M outputs and D inputs give shape (M, D), in the dtype of x."""
    x, a = rng.normal(4, dtype=dtype), rng.normal(3, 4, dtype=dtype)
    check_like(submission.jacobian(submission.build(bent, a), x), oracle(bent(a), x))


@pytest.mark.visible
def test_jacobian_of_three_outputs(submission):
    """x0 x1, x2 and the sum at (2, 3, 4): rows (3, 2, 0), (0, 0, 1), (1, 1, 1)."""

    def three():
        return lambda x: torch.stack([x[0] * x[1], x[2], x.sum()])

    got = submission.jacobian(submission.build(three), torch.tensor([2.0, 3.0, 4.0]))
    check_close(got, torch.tensor([[3.0, 2.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 1.0]]))


@pytest.mark.weight(2)
@pytest.mark.parametrize("sizes", [(5, 3), (2, 6), (4, 4), (1, 3), (3, 1), (1, 1)])
def test_jacobian_of_random_functions(submission, rng, sizes):
    """Row m is the gradient of output m, for more and for fewer outputs than inputs."""
    x, a = rng.normal(sizes[1]), rng.normal(*sizes)
    check_close(submission.jacobian(submission.build(bent, a), x), oracle(bent(a), x))


@pytest.mark.parametrize("what", ["rows", "constant", "parameter"])
def test_jacobian_has_rows_of_zeros(submission, rng, what):
    """Outputs that do not depend on x have rows of zeros, also if none does."""

    def scenario(submission, x, what):
        w = torch.ones(2, dtype=x.dtype, requires_grad=True)
        functions = {
            "rows": lambda x: torch.cat([w, x[:1] ** 2, w.detach()]),
            "constant": lambda x: w.detach(),
            "parameter": lambda x: 2 * w,
        }
        return submission.jacobian(functions[what], x)

    x = rng.normal(3)
    want = torch.zeros(5 if what == "rows" else 2, 3, dtype=torch.float64)
    if what == "rows":
        want[2, 0] = 2 * x[0]
    check_close(submission.run(scenario, x, what), want)


@pytest.mark.detail
def test_jacobian_leaves_x_as_it_was(submission, rng):
    """An x with a gradient of its own keeps it; the result has no graph."""
    x, a = rng.normal(3).requires_grad_(), rng.normal(5, 3)
    x.grad = rng.normal(3)
    got = submission.jacobian(submission.build(bent, a), x)
    check_close(got, oracle(bent(a), x))
    check_equal(got.requires_grad, False, "requires_grad of the result")


@pytest.mark.detail
def test_jacobian_leaves_parameters_alone(submission, rng):
    """The .grad of a parameter that f uses stays as it was."""

    def scenario(submission, x, w):
        w = w.clone().requires_grad_()
        w.grad = torch.full_like(w, 5.0)
        return submission.jacobian(lambda x: w * x**2, x), w.grad.clone()

    x, w = rng.normal(4), rng.normal(4)
    found, grad = submission.run(scenario, x, w)
    check_close(found, torch.diag(2 * w * x))
    check_close(grad, torch.full_like(x, 5.0), "grad of the parameter afterwards")


def test_jacobian_is_made_by_hand(submission, rng):
    """The rows are made one by one, without torch's jacobian; torch's state stays."""
    f, x = submission.build(bent, rng.normal(3, 2)), rng.normal(4)[::2]

    def call():
        return submission.jacobian(f, x)

    check_manners(submission, call)
    check_by_hand(submission, call, forbidden=FORBIDDEN, task="jacobian")


def test_jacobian_on_a_device(submission, rng):
    """On an accelerator the matrix is the same and stays there."""

    def scenario(submission, x, a):
        return submission.jacobian(lambda x: (a @ x) ** 2, x), submission.jacobian(lambda x: a[0], x)

    check_device(lambda *arguments: submission.run(scenario, *arguments), rng.normal(3), rng.normal(2, 3))
