"""Suite of autograd.gradient."""

import contextlib

import pytest
import torch

from grader.suite import check_close, check_device, check_equal, check_like, check_manners


def square():
    """Make the square of each entry."""
    return lambda x: x**2


def mixed(a, outputs):
    """Make a function with one, several or a table of outputs, each of which depends on all inputs."""

    def f(x):
        found = (x.flatten() @ a).sin() * x.sum()
        return {"one": found.prod(), "many": found, "table": found[:, None] * found}[outputs]

    return f


def failing():
    """Make a function that raises."""

    def f(x):
        raise ArithmeticError("f failed")

    return f


def oracle(f, x):
    """Let torch differentiate the sum."""
    leaf = x.detach().clone().requires_grad_()
    return torch.autograd.functional.jacobian(lambda t: f(t).sum(), leaf)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(3, 2), (), (1,), (2, 3, 4)])
def test_gradient_shape_and_dtype(submission, rng, dtype, shape):
    """The gradient has the shape and dtype of x."""
    x = rng.normal(*shape, dtype=dtype)
    check_like(submission.gradient(submission.build(square), x), 2 * x)


@pytest.mark.visible
def test_gradient_of_squares(submission):
    """Three outputs x^2 at 1, 2, 3 give 2, 4, 6: the gradient of their sum."""
    got = submission.gradient(submission.build(square), torch.tensor([1.0, 2.0, 3.0]))
    check_close(got, torch.tensor([2.0, 4.0, 6.0]))


@pytest.mark.weight(2)
@pytest.mark.parametrize("outputs", ["one", "many", "table"])
def test_gradient_of_random_functions(submission, rng, outputs):
    """One output, a vector and a matrix of outputs all give the gradient of the sum."""
    x, a = rng.normal(3, 2), rng.normal(6, 4)
    got = submission.gradient(submission.build(mixed, a, outputs), x)
    check_close(got, oracle(mixed(a, outputs), x))


@pytest.mark.parametrize("what", ["part", "constant", "parameter"])
def test_gradient_is_zero_when_f_does_not_depend_on_x(submission, rng, what):
    """Entries that f ignores have the gradient 0, also if it ignores all of them."""

    def scenario(submission, x, what):
        w = torch.ones(3, dtype=x.dtype, requires_grad=True)
        functions = {
            "part": lambda x: 3 * x[1:],
            "constant": lambda x: w.detach(),
            "parameter": lambda x: 2 * w,
        }
        return submission.gradient(functions[what], x)

    want = torch.zeros(4, dtype=torch.float64)
    want[1:] = 3.0 if what == "part" else 0.0
    check_close(submission.run(scenario, rng.normal(4), what), want)


def test_gradient_leaves_x_as_it_was(submission, rng):
    """An x with a gradient of its own keeps it; the result has no graph."""
    x = rng.normal(3).requires_grad_()
    x.grad = rng.normal(3)
    want = 2 * x.detach()
    got = submission.gradient(submission.build(square), x)
    check_close(got, want)
    check_equal(got.requires_grad, False, "requires_grad of the result")


def test_gradient_of_an_x_inside_a_graph(submission, rng):
    """An x that is itself a result is differentiated at its own place."""

    def scenario(submission, base):
        base = base.clone().requires_grad_()
        x = base * 3
        return submission.gradient(lambda x: x**2, x), base.grad

    base = rng.normal(4)
    found, grad = submission.run(scenario, base)
    check_close(found, 6 * base)
    check_equal(grad, None, "grad of what x was computed from")


@pytest.mark.detail
@pytest.mark.parametrize("before", [None, 5.0])
def test_gradient_leaves_parameters_alone(submission, rng, before):
    """The .grad of a parameter that f uses stays as it was."""

    def scenario(submission, x, w, before):
        w = w.clone().requires_grad_()
        w.grad = None if before is None else torch.full_like(w, before)
        found = submission.gradient(lambda x: w * x**2, x)
        return found, torch.zeros_like(x) if w.grad is None else w.grad.clone()

    x, w = rng.normal(4), rng.normal(4)
    found, grad = submission.run(scenario, x, w, before)
    check_close(found, 2 * w * x)
    check_close(grad, torch.full_like(x, before or 0.0), "grad of the parameter afterwards (0 for None)")


def test_gradient_inside_no_grad(submission, rng):
    """The caller's mode does not matter: it works inside no_grad."""
    x = rng.normal(4)
    f = submission.build(square)
    with torch.no_grad():
        got = submission.gradient(f, x)
    check_close(got, 2 * x)


@pytest.mark.detail
@pytest.mark.parametrize("enabled", [True, False])
def test_gradient_leaves_the_mode_when_f_raises(submission, rng, enabled):
    """After an exception in f the grad mode is the caller's."""
    f, x = submission.build(failing), rng.normal(4)
    with torch.set_grad_enabled(enabled), contextlib.suppress(ArithmeticError):
        submission.gradient(f, x)  # a mode that changed fails the test by itself


def test_gradient_has_manners(submission, rng):
    """Random state and modes stay as they were, also for a strided x."""
    f, x = submission.build(square), rng.normal(4, 6)[::2, ::3]
    check_manners(submission, lambda: submission.gradient(f, x))


def test_gradient_on_a_device(submission, rng):
    """On an accelerator the gradient is the same and stays there."""

    def scenario(submission, x):
        return submission.gradient(lambda x: x**2, x), submission.gradient(lambda x: x.detach(), x)

    check_device(lambda x: submission.run(scenario, x), rng.normal(3, 2))
