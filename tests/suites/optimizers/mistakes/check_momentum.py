"""Wrong variants of optimizers.check_momentum."""

import contextlib

import torch
from torch.testing import assert_close

from grader.suite import mistake

SETTINGS = ((0.1, 0.9), (0.3, 0.5), (0.2, 0.0))
SHAPES = ((2, 3), (2, 3), (4,))


def compare(
    momentum, settings=SETTINGS, shapes=SHAPES, steps=4, given=iter, in_place=True, skip=2, gradients=True, close=None
):
    """Step beside torch's own; each option takes one thing away that shows a fault."""
    generator = torch.Generator().manual_seed(6)
    for lr, mu in settings:
        starts = [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]
        mine, own = ([p.clone().requires_grad_() for p in starts] for _ in range(2))
        optimizer, other = momentum(given(mine), lr, mu), torch.optim.SGD(own, lr, mu)
        for step in range(steps):
            for place, (p, q) in enumerate(zip(mine, own, strict=True)):
                g = torch.randn(p.shape, generator=generator, dtype=torch.float64)
                p.grad = p.grad.copy_(g) if in_place and p.grad is not None else g.clone()
                q.grad = g
                if step == skip and place == len(mine) - 1:
                    p.grad = q.grad = None
            optimizer.step()
            other.step()
            for p, q in zip(mine, own, strict=True):
                assert_close(p.detach(), q.detach(), **(close or {}))
                assert not gradients or p.grad is None or torch.equal(p.grad, q.grad)


@mistake("the check returns whether all is well: only `assert`, or raising AssertionError, says that it is not")
def returns_the_answer(momentum):
    p = torch.ones(3, requires_grad=True)
    optimizer = momentum([p], 0.1, 0.5)
    for _ in range(2):
        p.grad = torch.ones(3)
        optimizer.step()
    return bool(torch.allclose(p, torch.full((3,), 0.75)))


@mistake("nothing gets caught: nothing is compared, or the AssertionError is caught on the way")
def swallows_its_own_error(momentum):
    with contextlib.suppress(Exception):
        compare(momentum)


@mistake("that something moved is all that is asked: compare where it went")
def moved_at_all(momentum):
    p = torch.ones(3, requires_grad=True)
    p.grad = torch.ones(3)
    momentum([p], 0.1, 0.5).step()
    assert not torch.equal(p, torch.ones(3))


@mistake("that the loss falls is all that is asked: many wrong rules go downhill")
def loss_falls(momentum):
    x = torch.tensor([3.0, -2.0], requires_grad=True)
    optimizer, losses = momentum([x], 0.05, 0.5), []
    for _ in range(20):
        loss = (x**2).sum()
        losses.append(loss.item())
        (x.grad,) = torch.autograd.grad(loss, x)
        optimizer.step()
    assert losses[-1] < 0.1 * losses[0]


@mistake("there is one step, in which the velocity is the gradient: take several")
def one_step(momentum):
    compare(momentum, steps=1)


@mistake("there is one parameter: what is mixed up between several goes unseen")
def one_parameter(momentum):
    compare(momentum, shapes=SHAPES[:1], skip=None)


@mistake("params is always a list: a generator, as model.parameters() gives, is walked only once")
def list_alone(momentum):
    compare(momentum, given=list)


@mistake("every parameter has a gradient in every step: leave one out")
def gradients_everywhere(momentum):
    compare(momentum, skip=None)


@mistake("each step has a gradient in new memory: a velocity that holds the gradient itself goes unseen")
def new_gradients(momentum):
    compare(momentum, in_place=False)


@mistake("whether the gradients stay as they were is not looked at")
def parameters_alone(momentum):
    compare(momentum, gradients=False)


@mistake("the numbers have to be equal to the last digit: right code rounds in other ways, so allow for a tolerance")
def exact_equality(momentum):
    compare(momentum, close={"rtol": 0.0, "atol": 0.0})
