"""Wrong variants of optimizers.RMSprop."""

import torch
from shared import (
    EVERYWHERE,
    ByRule,
    eps_inside_the_root,
    gradient_changed,
    graph_grows,
    no_root,
    with_options,
    wrong,
)

from grader.suite import mistake, reference

RMSprop = reference("optimizers").RMSprop
globals().update(wrong(RMSprop, *EVERYWHERE, gradient_changed, graph_grows))


class _WithMean(ByRule, RMSprop):
    """RMSprop with one line changed."""

    def rule(self, group, p, g, state):
        alpha, mu, zero = group["alpha"], group["momentum"], torch.zeros_like(p)
        g = g + group["weight_decay"] * p
        s = state["s"] = self.average(alpha, state.get("s", zero), g**2)
        m = state["m"] = alpha * state.get("m", zero) + (1 - alpha) * g
        u = self.quotient(g, self.variance(s, m, group["centered"]), group["eps"])
        if mu > 0:
            u = state["v"] = self.velocity(mu, state.get("v", zero), u)
        p -= group["lr"] * u

    def average(self, alpha, s, square):
        return alpha * s + (1 - alpha) * square

    def variance(self, s, m, centered):
        return s - m**2 if centered else s

    def velocity(self, mu, v, u):
        return mu * v + u

    def quotient(self, g, variance, eps):
        return g / (variance.sqrt() + eps)


@mistake("the squares add up, as in Adagrad: the running mean forgets")
class squares_add_up(_WithMean):
    def average(self, alpha, s, square):
        return s + square


@mistake("alpha and 1 - alpha are swapped: alpha is the share of the old mean")
class alpha_swapped(_WithMean):
    def average(self, alpha, s, square):
        return (1 - alpha) * s + alpha * square


@mistake("the factor 1 - alpha is missing: s = alpha * s + (1 - alpha) * g^2")
class no_one_minus_alpha(_WithMean):
    def average(self, alpha, s, square):
        return alpha * s + square


@mistake("the mean was corrected for its start, as in Adam: RMSprop does not")
class corrected_for_the_start(_WithMean):
    def rule(self, group, p, g, state):
        state["t"] = state.get("t", 0) + 1
        self.correction = 1 - group["alpha"] ** state["t"]
        super().rule(group, p, g, state)

    def variance(self, s, m, centered):
        return super().variance(s, m, centered) / self.correction


globals().update(wrong(_WithMean, eps_inside_the_root, no_root))
centered_ignored = with_options(
    RMSprop, "centered was ignored: it divides by sqrt(s - m^2) + eps", centered=False
)
momentum_ignored = with_options(
    RMSprop, "momentum was ignored: v = mu * v + g / d, and p moves along v", momentum=0
)


@mistake("with centered the mean itself was subtracted: it is its square, s - m^2")
class mean_not_squared(_WithMean):
    def variance(self, s, m, centered):
        return (s - m).relu() if centered else s


@mistake("the velocity is an average, with a factor 1 - mu: it is mu * v + g / d")
class velocity_as_average(_WithMean):
    def velocity(self, mu, v, u):
        return mu * v + (1 - mu) * u


@mistake("lr is part of the velocity: v holds no lr, so that a new lr acts on the whole step")
class rate_inside_the_velocity(_WithMean):
    def rule(self, group, p, g, state):
        lr, first = group["lr"], "v" not in state
        before = state.get("lr", lr)
        if not first and lr != before:
            state["v"] = state["v"] * before / lr
        state["lr"] = lr
        super().rule(group, p, g, state)


@mistake("the velocity v is not saved, or not loaded: it is part of the state")
class velocity_not_saved(RMSprop):
    def state_dict(self):
        saved = super().state_dict()
        for state in saved["states"]:
            if state:
                state["velocity"] = torch.zeros_like(state["velocity"])
        return saved
