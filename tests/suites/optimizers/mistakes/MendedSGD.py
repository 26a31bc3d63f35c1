"""Wrong variants of optimizers.MendedSGD, as they are left by who found some of its mistakes, and others."""

import torch

from grader.suite import mistake


class _SGD:
    """The optimiser in parts, each of which a variant may replace."""

    def __init__(self, params, lr, momentum, weight_decay):
        self.params = list(params)
        self.lr, self.momentum, self.weight_decay = lr, momentum, weight_decay
        self.velocities = {}

    def step(self):
        with torch.no_grad():
            for i, p in enumerate(self.params):
                if p.grad is not None:
                    self._move(i, p)

    def _move(self, i, p):
        key = self._key(i, p)
        g = self._gradient(p)
        v = self._velocity(self.velocities[key], g) if key in self.velocities else self._first(g)
        self.velocities[key] = v
        p -= self.lr * v
        self._afterwards(p)

    def _key(self, i, p):
        return p

    def _gradient(self, p):
        return p.grad + self.weight_decay * p

    def _velocity(self, v, g):
        return self.momentum * v + g

    def _first(self, g):
        return g

    def _afterwards(self, p):
        pass


class _ByPlace(_SGD):
    def _key(self, i, p):
        return i


class _GradItself(_SGD):
    def _gradient(self, p):
        return p.grad if self.weight_decay == 0 else p.grad + self.weight_decay * p


class _DecayLast(_SGD):
    def _gradient(self, p):
        return p.grad.clone()

    def _afterwards(self, p):
        p -= self.lr * self.weight_decay * p


@mistake("a velocity is found by its place in the list: when the list changes it goes to another parameter")
class VelocityByPlace(_ByPlace):
    pass


@mistake("the first velocity is p.grad itself: the next backward pass writes into it; clone it")
class VelocityIsTheGradient(_GradItself):
    pass


@mistake("weight decay comes after the step: added to the gradient it is part of the velocity")
class DecayBehindTheStep(_DecayLast):
    pass


@mistake("weight decay was added into p.grad: the gradient stays as it is")
class DecayIntoTheGradient(_SGD):
    def _gradient(self, p):
        return p.grad.add_(self.weight_decay * p).clone()


@mistake("the velocity starts at 0 and the first gradient is dampened: v is g in the first step")
class FirstVelocityDampened(_SGD):
    def _first(self, g):
        return (1 - self.momentum) * g


@mistake("lr is part of the velocity: a new lr then acts too late; multiply by it in the step")
class VelocityHoldsLr(_SGD):
    def _move(self, i, p):
        g = self.lr * self._gradient(p)
        v = self.momentum * self.velocities[p] + g if p in self.velocities else g
        self.velocities[p] = v
        p -= v


@mistake("weight decay is not multiplied by lr: as a part of the gradient it is")
class DecayWithoutLr(_SGD):
    def _gradient(self, p):
        return p.grad.clone()

    def _afterwards(self, p):
        p -= self.weight_decay * p
