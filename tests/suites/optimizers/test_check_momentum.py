"""Suite of optimizers.check_momentum."""

import pytest
import torch

from grader.suite import check_accepts, check_catches

TASK = "check_momentum"


def own(params, lr, mu):
    """is torch's own"""
    return torch.optim.SGD(params, lr, mu)


def all_at_once(params, lr, mu):
    """is torch's own, which steps over all parameters at once"""
    return torch.optim.SGD(params, lr, mu, foreach=True)


class OneForEach:
    """has an optimiser for each parameter"""

    def __init__(self, params, lr, mu):
        self.optimizers = [torch.optim.SGD([p], lr, momentum=mu) for p in params]

    def step(self):
        for optimizer in self.optimizers:
            optimizer.step()


SHOWN = [own, all_at_once, OneForEach]


@pytest.mark.visible
@pytest.mark.parametrize("right", SHOWN, ids=lambda right: right.__name__)
def test_check_momentum_accepts_right_code(submission, rng, right):
    """A right momentum passes the check, in whichever style it is written."""
    check_accepts(submission, TASK, right, rng)


class StepsKept:
    """keeps the last step, lr included, in place of a velocity"""

    def __init__(self, params, lr, mu):
        self.params, self.lr, self.mu = list(params), lr, mu
        self.last = [torch.zeros_like(p) for p in self.params]

    @torch.no_grad()
    def step(self):
        for p, last in zip(self.params, self.last, strict=True):
            if p.grad is not None:
                last.mul_(self.mu).sub_(p.grad, alpha=self.lr)
                p.add_(last)


class DataMoved:
    """makes new tensors and moves the data of p"""

    def __init__(self, params, lr, mu):
        self.params, self.lr, self.mu, self.velocity = tuple(params), lr, mu, {}

    def step(self):
        for p in self.params:
            if p.grad is None:
                continue
            v = self.mu * self.velocity.get(id(p), 0.0) + p.grad.detach()
            self.velocity[id(p)] = v
            p.data -= self.lr * v


BY_HAND = [StepsKept, DataMoved]
RIGHT = [*SHOWN, *BY_HAND]


@pytest.mark.parametrize("right", BY_HAND, ids=lambda right: right.__name__)
def test_check_momentum_accepts_what_is_made_by_hand(submission, rng, right):
    """A right momentum that is made by hand passes the check."""
    check_accepts(submission, TASK, right, rng)


def without_velocity(params, lr, mu):
    return torch.optim.SGD(params, lr)


@pytest.mark.visible
def test_check_momentum_catches_a_missing_velocity(submission, rng):
    """A descent without a velocity is caught."""
    check_catches(submission, TASK, without_velocity, SHOWN, rng)


def uphill(params, lr, mu):
    return torch.optim.SGD(params, lr, mu, maximize=True)


@pytest.mark.visible
def test_check_momentum_catches_steps_uphill(submission, rng):
    """Steps uphill are caught."""
    check_catches(submission, TASK, uphill, SHOWN, rng)


class Averaged:
    def __init__(self, params, lr, mu):
        params = list(params)
        self.own = torch.optim.SGD(params, lr * (1 - mu), mu)

    def step(self):
        self.own.step()


@pytest.mark.visible
def test_check_momentum_catches_an_average(submission, rng):
    """A velocity that is an average, with 1 - mu before the gradient, is caught."""
    check_catches(submission, TASK, Averaged, SHOWN, rng)


def dampened(params, lr, mu):
    return torch.optim.SGD(params, lr, mu, dampening=mu)


def test_check_momentum_catches_what_later_steps_show(submission, rng):
    """A momentum that is right in the first step alone is caught."""
    check_catches(submission, TASK, dampened, RIGHT, rng)


def looking_ahead(params, lr, mu):
    return torch.optim.SGD(params, lr, mu, nesterov=mu > 0)


def test_check_momentum_catches_another_rule(submission, rng):
    """Another known rule with a velocity is caught."""
    check_catches(submission, TASK, looking_ahead, RIGHT, rng)


def with_decay(params, lr, mu):
    return torch.optim.SGD(params, lr, mu, weight_decay=0.001)


def test_check_momentum_catches_small_errors(submission, rng):
    """A momentum that is off by little is caught."""
    check_catches(submission, TASK, with_decay, RIGHT, rng)


def never_without(params, lr, mu):
    return torch.optim.SGD(params, lr, mu or 0.9)


def test_check_momentum_catches_what_an_extreme_shows(submission, rng):
    """A momentum that is wrong for one mu alone is caught."""
    check_catches(submission, TASK, never_without, RIGHT, rng)


def first_parameter(params, lr, mu):
    return torch.optim.SGD(list(params)[:1], lr, mu)


def test_check_momentum_catches_what_more_parameters_show(submission, rng):
    """A momentum that is right for a single parameter alone is caught."""
    check_catches(submission, TASK, first_parameter, RIGHT, rng)


class OneForAShape:
    def __init__(self, params, lr, mu):
        self.params, self.lr, self.mu, self.velocity = list(params), lr, mu, {}

    @torch.no_grad()
    def step(self):
        for p in self.params:
            if p.grad is not None:
                v = self.velocity.setdefault(p.shape, torch.zeros_like(p))
                p.sub_(v.mul_(self.mu).add_(p.grad), alpha=self.lr)


def test_check_momentum_catches_what_equal_shapes_show(submission, rng):
    """A momentum that is right for parameters of different shapes alone is caught."""
    check_catches(submission, TASK, OneForAShape, RIGHT, rng)


class UsedUp:
    def __init__(self, params, lr, mu):
        self.params, self.lr, self.mu, self.velocity = params, lr, mu, {}

    @torch.no_grad()
    def step(self):
        for p in self.params:
            if p.grad is not None:
                v = self.velocity.setdefault(p, torch.zeros_like(p))
                p.sub_(v.mul_(self.mu).add_(p.grad), alpha=self.lr)


def test_check_momentum_catches_what_other_iterables_show(submission, rng):
    """A momentum that is right for some kinds of params alone is caught."""
    check_catches(submission, TASK, UsedUp, RIGHT, rng)


class RollsOn:
    def __init__(self, params, lr, mu):
        self.params, self.lr, self.mu = list(params), lr, mu
        self.velocity = [torch.zeros_like(p) for p in self.params]

    @torch.no_grad()
    def step(self):
        for p, v in zip(self.params, self.velocity, strict=True):
            v.mul_(self.mu).add_(0.0 if p.grad is None else p.grad)
            p.sub_(v, alpha=self.lr)


def test_check_momentum_catches_what_a_missing_gradient_shows(submission, rng):
    """A momentum that moves what has no gradient is caught."""
    check_catches(submission, TASK, RollsOn, RIGHT, rng)


class HoldsTheGradient:
    def __init__(self, params, lr, mu):
        self.params, self.lr, self.mu, self.velocity = list(params), lr, mu, {}

    @torch.no_grad()
    def step(self):
        for p in self.params:
            if p.grad is not None:
                known = p in self.velocity
                self.velocity[p] = self.mu * self.velocity[p] + p.grad if known else p.grad
                p.sub_(self.velocity[p], alpha=self.lr)


def test_check_momentum_catches_what_shared_memory_shows(submission, rng):
    """A momentum that is right for new gradients in new memory alone is caught."""
    check_catches(submission, TASK, HoldsTheGradient, RIGHT, rng)


class ChangesGradients:
    def __init__(self, params, lr, mu):
        self.params, self.lr, self.mu = list(params), lr, mu
        self.velocity = [torch.zeros_like(p) for p in self.params]

    @torch.no_grad()
    def step(self):
        for p, v in zip(self.params, self.velocity, strict=True):
            if p.grad is not None:
                v.copy_(p.grad.add_(v, alpha=self.mu))
                p.sub_(v, alpha=self.lr)


def test_check_momentum_catches_what_is_left_behind(submission, rng):
    """A momentum that does not leave things as it found them is caught."""
    check_catches(submission, TASK, ChangesGradients, RIGHT, rng)


class OfCopies:
    def __init__(self, params, lr, mu):
        self.params = list(params)
        self.copies = [p.detach().clone() for p in self.params]
        self.own = torch.optim.SGD(self.copies, lr, mu)

    def step(self):
        for p, copy in zip(self.params, self.copies, strict=True):
            copy.grad = p.grad
        self.own.step()


def test_check_momentum_catches_what_never_moves(submission, rng):
    """A momentum that moves other tensors than the parameters is caught."""
    check_catches(submission, TASK, OfCopies, RIGHT, rng)
