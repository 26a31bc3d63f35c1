"""Suite of autograd.numerical_gradient."""

import math

import pytest
import torch

from grader.suite import (
    check_by_hand,
    check_close,
    check_device,
    check_equal,
    check_like,
    check_manners,
    check_raises,
)

FORBIDDEN = ("grad", "backward", "vjp", "jvp", "jacobian", "jacrev", "jacfwd")


def bent(weight):
    """Make a function whose third derivatives differ from entry to entry."""
    return lambda x: (weight * x.sin()).sum() + x.prod()


def picked(place):
    """Make a function that returns a part of its argument, a view."""
    return lambda x: x[place]


def failing(after):
    """Make a function that raises at a later call."""
    calls = []

    def f(x):
        calls.append(0)
        if len(calls) > after:
            raise ArithmeticError("f failed")
        return x.sum()

    return f


def differences(f, x, eps):
    """Move one entry of a plain list at a time."""
    entries, slopes = x.detach().flatten().tolist(), []
    for i in range(len(entries)):
        sides = []
        for step in (eps, -eps):
            moved = [*entries[:i], entries[i] + step, *entries[i + 1 :]]
            sides.append(f(torch.tensor(moved, dtype=torch.float64).reshape(x.shape)).item())
        slopes.append((sides[0] - sides[1]) / (2 * eps))
    return torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)


@pytest.mark.parametrize("shape", [(4,), (), (1, 1), (2, 3, 2)])
def test_numerical_gradient_shape_and_dtype(submission, rng, shape):
    """The gradient has the shape of x, also without axes, and is float64."""
    x, weight = rng.normal(*shape), rng.normal(*shape)
    got = submission.numerical_gradient(submission.build(bent, weight), x, 0.1)
    check_like(got, differences(bent(weight), x, 0.1))


@pytest.mark.visible
def test_numerical_gradient_of_a_cube(submission):
    """For x^3 at 1 and 2 with eps 0.1 it is 3.01 and 12.01: 3 x^2 + eps^2."""

    def cube():
        return lambda x: (x**3).sum()

    x = torch.tensor([1.0, 2.0], dtype=torch.float64)
    got = submission.numerical_gradient(submission.build(cube), x, eps=0.1)
    check_close(got, torch.tensor([3.01, 12.01], dtype=torch.float64))


@pytest.mark.weight(2)
@pytest.mark.parametrize("eps", [0.3, 0.01])
def test_numerical_gradient_of_random_functions(submission, rng, eps):
    """Each entry is moved alone, by eps to both sides; the quotient has 2 eps."""
    x, weight = rng.normal(3, 2), rng.normal(3, 2)
    got = submission.numerical_gradient(submission.build(bent, weight), x, eps)
    check_close(got, differences(bent(weight), x, eps))


def test_numerical_gradient_is_close_to_the_derivative(submission, rng):
    """With its default step it agrees with the derivative to seven digits."""

    def wave():
        return lambda x: x.sin().sum()

    x = rng.normal(5)
    got = submission.numerical_gradient(submission.build(wave), x)
    check_close(got, torch.tensor([math.cos(value) for value in x.tolist()]).double(), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("layout", ["transposed", "expanded", "strided"])
def test_numerical_gradient_when_not_contiguous(submission, rng, layout):
    """Transposed, expanded and strided x give the gradient of each entry by itself."""
    x = {"transposed": rng.normal(2, 3).t(), "expanded": rng.normal(1, 2).expand(3, 2)}.get(
        layout, rng.normal(6, 4)[::2, ::2]
    )
    weight = rng.normal(3, 2)
    got = submission.numerical_gradient(submission.build(bent, weight), x, 0.1)
    check_close(got, differences(bent(weight), x, 0.1))


def test_numerical_gradient_when_f_returns_a_view(submission, rng):
    """A function that returns x[1, 0] itself has the slope 1 there and 0 elsewhere."""
    got = submission.numerical_gradient(submission.build(picked, (1, 0)), rng.normal(3, 2), 0.1)
    want = torch.zeros(3, 2, dtype=torch.float64)
    want[1, 0] = 1.0
    check_close(got, want)


@pytest.mark.detail
def test_numerical_gradient_leaves_x_alone_during_the_call(submission, rng):
    """Where f itself uses x as a constant, that constant stays what it is."""

    def scenario(submission, x, start):
        x = x.clone()
        return submission.numerical_gradient(lambda point: (point * x).sum(), x, 0.5)

    x = rng.normal(4)
    check_close(submission.run(scenario, x, x), x)


@pytest.mark.detail
def test_numerical_gradient_leaves_x_alone_when_f_raises(submission, rng):
    """After an exception in f, x holds the numbers it held before."""

    def scenario(submission, x, failing):
        x = x.clone()
        try:
            submission.numerical_gradient(failing, x, 0.5)
        except ArithmeticError:
            return x
        return "no exception"

    x = rng.normal(4)
    check_close(submission.run(scenario, x, submission.build(failing, 3)), x, "x after the exception")


def test_numerical_gradient_when_x_requires_a_gradient(submission, rng):
    """An x that requires a gradient is no obstacle, and the result has no graph."""
    x, weight = rng.normal(3, 2).requires_grad_(), rng.normal(3, 2)
    got = submission.numerical_gradient(submission.build(bent, weight), x, 0.1)
    check_close(got, differences(bent(weight), x, 0.1))
    check_equal(got.requires_grad, False, "requires_grad of the result")


@pytest.mark.detail
def test_numerical_gradient_has_its_default_step(submission):
    """Without eps the step is 1e-6: for |x| at 3e-7 the quotient is 0.3."""

    def scenario(submission, x):
        return submission.numerical_gradient(lambda point: point.abs().sum(), x)

    got = submission.run(scenario, torch.tensor([3e-7], dtype=torch.float64))
    check_close(got, torch.tensor([0.3], dtype=torch.float64))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.int64])
def test_numerical_gradient_refuses_other_dtypes(submission, dtype):
    """An x that is not float64 raises a ValueError about x."""
    f = submission.build(picked, 0)
    with check_raises(ValueError, naming="x"):
        submission.numerical_gradient(f, torch.ones(3, dtype=dtype))


def test_numerical_gradient_is_made_by_hand(submission, rng):
    """The gradient comes from values of f, without autograd; torch's state stays."""
    f, x = submission.build(picked, 0), rng.normal(3)

    def call():
        return submission.numerical_gradient(f, x)

    check_manners(submission, call)
    check_by_hand(submission, call, forbidden=FORBIDDEN, task="numerical_gradient")


def test_numerical_gradient_on_a_device(submission, rng):
    """On an accelerator the gradient is the same and stays there."""

    def scenario(submission, x):
        return submission.numerical_gradient(lambda point: (point**3).sum(), x, 0.1)

    check_device(lambda x: submission.run(scenario, x), rng.normal(3, 2))
