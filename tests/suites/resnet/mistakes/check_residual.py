"""Wrong variants of resnet.check_residual."""

import contextlib

import torch
from torch import nn

from grader.suite import mistake


class Body(nn.Module):
    """A layer that counts its calls, and doubles in evaluation."""

    def __init__(self, sign=None):
        super().__init__()
        self.linear, self.calls = nn.Linear(3, 3).double(), 0
        generator = torch.Generator().manual_seed(2)
        with torch.no_grad():
            for p in self.parameters():
                p.copy_(torch.randn(p.shape, generator=generator, dtype=p.dtype))
                if sign:
                    p.copy_(sign * p.abs())

    def forward(self, x):
        self.calls += 1
        return self.linear(x) if self.training else 2 * self.linear(x)


def must(condition):
    if not condition:
        raise AssertionError


def compare(residual, *, samples=5, sign=None, modes=(True, False), identity=True, calls=True, parameters=True,
            gradients=True, kind=True, later=True, tolerance=1e-8, mode=True):  # fmt: skip
    """Look at all that is promised; each option leaves something out."""
    body, generator = Body(sign), torch.Generator().manual_seed(4)
    module, params = residual(body), list(body.parameters())
    must(not parameters or {id(p) for p in module.parameters()} == {id(p) for p in params})
    if later:
        with torch.no_grad():
            body.linear.bias.add_(0.5)
    for training in modes:
        module.train(training)
        must(not mode or body.training is training)
        values = torch.randn(samples, 3, generator=generator, dtype=torch.float64)
        values = values.abs() if sign else values
        x, own = (values.clone().requires_grad_(gradients) for _ in range(2))
        body.calls = 0
        y = module(x)
        must(not calls or body.calls == 1)
        want = torch.relu(body(own) + own)
        must(not kind or y.dtype == want.dtype)
        must(y.shape == want.shape and torch.allclose(y.double(), want, rtol=0, atol=tolerance))
        must(torch.equal(x, values))
        if gradients:
            must(y.requires_grad)
            above = torch.randn(want.shape, generator=generator, dtype=torch.float64)
            slopes = torch.autograd.grad(y.double(), [x, *params], above, allow_unused=True)
            right = torch.autograd.grad(want, [own, *params], above)
            must(all(a is not None and torch.allclose(a, b, rtol=0, atol=tolerance)
                     for a, b in zip(slopes, right, strict=True)))  # fmt: skip
    if identity:
        values = torch.tensor([[1.0, -2.0]], dtype=torch.float64)
        x = values.clone()
        residual(nn.Identity())(x)
        must(torch.equal(x, values))


@mistake("the check returns whether all is well: only `assert`, or raising AssertionError, says that it is not")
def returns_the_answer(residual):
    body, x = nn.Linear(3, 3), torch.randn(5, 3)
    return bool(torch.allclose(residual(body)(x), torch.relu(body(x) + x)))


@mistake("nothing gets caught: nothing is compared, or the AssertionError is caught on the way")
def swallows_its_own_error(residual):
    with contextlib.suppress(Exception):
        compare(residual)


@mistake("only shape and dtype are looked at: compare the numbers too")
def shape_and_dtype(residual):
    x = torch.randn(5, 3, dtype=torch.float64)
    y = residual(nn.Linear(3, 3).double())(x)
    must(y.shape == x.shape and y.dtype == x.dtype)


@mistake("body gives 0, so that only relu(x) is left: take a body that gives numbers of both signs")
def body_of_zeros(residual):
    body = nn.Linear(3, 3)
    nn.init.zeros_(body.weight)
    nn.init.zeros_(body.bias)
    x = torch.tensor([[1.0, -2.0, 0.5], [-3.0, 4.0, 2.0]])
    must(torch.equal(residual(body)(x), torch.relu(x)))


@mistake("all numbers are positive: where relu stands, and whether, goes unseen")
def positive_numbers(residual):
    compare(residual, sign=1)


@mistake("there is one sample: what is done with the first alone goes unseen")
def one_sample(residual):
    compare(residual, samples=1)


@mistake("only training is tried: call eval() and look again")
def training_alone(residual):
    compare(residual, modes=(True,))


@mistake("whether train() and eval() reach body is not looked at, nor does body do anything else in evaluation")
def mode_of_body(residual):
    compare(residual, mode=False, modes=(True,))
    compare(residual, mode=False, modes=(False,))


@mistake("no gradient is asked for: y alone may be right")
def values_alone(residual):
    compare(residual, gradients=False)


@mistake("whose parameters the module has is not looked at")
def parameters_unseen(residual):
    compare(residual, parameters=False)


@mistake("how often body runs is not counted")
def calls_unseen(residual):
    compare(residual, calls=False)


@mistake("body always makes a new tensor: with nn.Identity a sum in place changes x")
def body_with_new_tensors(residual):
    compare(residual, identity=False)


@mistake("the result is converted before it is compared, or dtypes are not: another precision passes")
def dtype_unseen(residual):
    compare(residual, kind=False, tolerance=1e-6)


@mistake("the tolerance is so wide that a rectifier with a small slope passes")
def wide_tolerance(residual):
    compare(residual, tolerance=0.05)


@mistake("an attribute body is asked for, which right code need not have: only module(x) is promised")
def asks_for_an_attribute(residual):
    body = nn.Linear(3, 3)
    must(getattr(residual(body), "body", None) is body)
    compare(residual)
