"""Wrong variants of autograd.check_relu."""

import contextlib

import torch
from torch.testing import assert_close

from grader.suite import mistake

VALUES = [[-2.0, 0.0, 0.5], [9.0, -0.1, 3.0]]
ABOVE = [[3.0, -5.0, -7.0], [0.5, -2.0, 4.0]]


def compare(relu, values, above):
    """Compare values and gradients with those of torch's own."""
    x, own = values.clone().requires_grad_(), values.clone().requires_grad_()
    y = relu(x)
    assert y.requires_grad
    y.backward(above)
    torch.relu(own).backward(above)
    assert_close(y.detach(), torch.relu(values))
    assert_close(x.grad, own.grad)


@mistake("the check returns whether all is well: only `assert`, or raising AssertionError, says that it is not")
def returns_the_answer(relu):
    x = torch.tensor(VALUES)
    return bool((relu(x) == torch.relu(x)).all())


@mistake("nothing gets caught: nothing is compared, or the AssertionError is caught on the way")
def swallows_its_own_error(relu):
    with contextlib.suppress(Exception):
        compare(relu, torch.tensor(VALUES), torch.tensor(ABOVE))


@mistake("only values are compared: a wrong derivative passes")
def values_alone(relu):
    x = torch.tensor(VALUES)
    assert_close(relu(x), torch.relu(x))


@mistake("the gradient from above is 1 everywhere, as of a sum: rules that forget it give the same")
def ones_from_above(relu):
    compare(relu, torch.tensor(VALUES), torch.ones(2, 3))


@mistake("all that comes from above is positive: take both signs")
def positive_from_above(relu):
    compare(relu, torch.tensor(VALUES), torch.tensor(ABOVE).abs())


@mistake("no x is 0: the slope there goes unseen")
def without_zero(relu):
    compare(relu, torch.tensor(VALUES) - 0.05, torch.tensor(ABOVE))


@mistake("backward is called whether or not y requires a gradient: torch's RuntimeError is no AssertionError")
def backward_without_asking(relu):
    x, own = torch.tensor(VALUES, requires_grad=True), torch.tensor(VALUES, requires_grad=True)
    y = relu(x)
    y.backward(torch.tensor(ABOVE))
    torch.relu(own).backward(torch.tensor(ABOVE))
    assert_close(y.detach(), torch.relu(own.detach()))
    assert_close(x.grad, own.grad)


@mistake("values and gradients are right, and what has to stay as it was, or a second derivative, is not looked at")
def one_derivative(relu):
    for dtype in (torch.float32, torch.float64):
        compare(relu, torch.tensor(VALUES, dtype=dtype), torch.tensor(ABOVE, dtype=dtype))


@mistake("y is compared with a rectifier of x after the call: what changes x changes both; keep a copy")
def expected_after_the_call(relu):
    x = torch.tensor(VALUES, dtype=torch.float64, requires_grad=True)
    above = torch.tensor(ABOVE, dtype=torch.float64)
    y = relu(x)
    assert y.requires_grad
    assert_close(y, torch.relu(x.detach()))
    (slope,) = torch.autograd.grad((y * y.detach() + above * y).sum(), x, create_graph=True)
    assert_close(slope, torch.where(x > 0, x + above, 0.0).detach())
    (slope,) = torch.autograd.grad((relu(x) ** 3).sum(), x, create_graph=True)
    assert slope.requires_grad
    assert_close(torch.autograd.grad(slope.sum(), x)[0], 6 * torch.relu(x.detach()))


@mistake("gradcheck alone is called: it wants float64 and never meets 0, where no slope fits both sides")
def gradcheck_alone(relu):
    x = torch.tensor([[-2.0, 0.7], [9.0, -0.1]], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(relu, x, raise_exception=False)


@mistake("a ValueError is raised: only an AssertionError says that the rectifier is wrong")
def raises_value_error(relu):
    x = torch.tensor(VALUES)
    if not torch.equal(relu(x), torch.relu(x)):
        raise ValueError("wrong rectifier")
