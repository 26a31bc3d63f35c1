"""Wrong variants of optimizers.Adadelta."""

import torch
from shared import EVERYWHERE, ByRule, gradient_changed, graph_grows, wrong

from grader.suite import mistake, reference

Adadelta = reference("optimizers").Adadelta
globals().update(wrong(Adadelta, *EVERYWHERE, gradient_changed, graph_grows))


class _WithMeans(ByRule, Adadelta):
    """Adadelta with one line changed."""

    def rule(self, group, p, g, state):
        rho, eps, lr = group["rho"], group["eps"], group["lr"]
        g = g + group["weight_decay"] * p
        s = state["s"] = self.average(rho, state.get("s", torch.zeros_like(p)), g**2)
        u = state.get("u", torch.zeros_like(p))
        d = self.step_of(u, s, g, eps)
        state["u"] = self.average(rho, u, self.counted(lr, d) ** 2)
        p -= self.applied(lr) * d

    def average(self, rho, mean, square):
        return rho * mean + (1 - rho) * square

    def step_of(self, u, s, g, eps):
        return (u + eps).sqrt() / (s + eps).sqrt() * g

    def counted(self, lr, d):
        return d

    def applied(self, lr):
        return lr


@mistake("eps is outside the roots: it is added inside both")
class eps_outside_the_roots(_WithMeans):
    def step_of(self, u, s, g, eps):
        return (u.sqrt() + eps) / (s.sqrt() + eps) * g


@mistake("eps stands in one root only: it is added inside both")
class eps_in_one_root(_WithMeans):
    def step_of(self, u, s, g, eps):
        return (u + eps).sqrt() / s.sqrt() * g


@mistake("the roots are missing: d = sqrt(u + eps) / sqrt(s + eps) * g")
class no_roots(_WithMeans):
    def step_of(self, u, s, g, eps):
        return (u + eps) / (s + eps) * g


@mistake("the quotient is upside down: d = sqrt(u + eps) / sqrt(s + eps) * g")
class upside_down(_WithMeans):
    def step_of(self, u, s, g, eps):
        return (s + eps).sqrt() / (u + eps).sqrt() * g


@mistake("the steps were averaged before d was made: d uses u as it was")
class steps_averaged_first(_WithMeans):
    def rule(self, group, p, g, state):
        super().rule({**group, "lr": 0}, p, g, state)
        eps, g = group["eps"], g + group["weight_decay"] * p
        p -= group["lr"] * self.step_of(state["u"], state["s"], g, eps)


@mistake("the mean of squared steps counts lr * d: lr is no part of it")
class rate_inside_the_mean(_WithMeans):
    def counted(self, lr, d):
        return lr * d


@mistake("lr was ignored: p moves by lr * d")
class rate_ignored(_WithMeans):
    def applied(self, lr):
        return 1.0


@mistake("rho and 1 - rho are swapped: rho is the share of the old mean")
class rho_swapped(_WithMeans):
    def average(self, rho, mean, square):
        return (1 - rho) * mean + rho * square


@mistake("the factors 1 - rho are missing: s = rho * s + (1 - rho) * g^2, and u likewise")
class no_one_minus_rho(_WithMeans):
    def average(self, rho, mean, square):
        return rho * mean + square
