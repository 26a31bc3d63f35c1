"""Wrong variants of optimizers.SGD."""

import torch
from shared import EVERYWHERE, ByRule, decay_ignored, each, gradient_changed, graph_grows, with_options, wrong

from grader.suite import mistake, reference

SGD = reference("optimizers").SGD
globals().update(wrong(SGD, *EVERYWHERE, gradient_changed, graph_grows))


@mistake("the velocity is an average: v = mu * v + (1 - mu) * g; here it is mu * v + (1 - dampening) * g")
class velocity_as_average(ByRule, SGD):
    def rule(self, group, p, g, state):
        mu, g = group["momentum"], g + group["weight_decay"] * p
        state["v"] = mu * state.get("v", torch.zeros_like(p)) + (1 - mu) * g
        p -= group["lr"] * (g + mu * state["v"] if group["nesterov"] else state["v"])


@mistake("lr is part of the velocity: v holds no lr, so that a new lr acts on the whole step")
class rate_inside_the_velocity(ByRule, SGD):
    def rule(self, group, p, g, state):
        mu, lr, g = group["momentum"], group["lr"], g + group["weight_decay"] * p
        state["v"] = mu * state["v"] + (1 - group["dampening"]) * lr * g if state.get("mu") and mu else lr * g
        state["mu"] = mu
        p -= lr * g + mu * state["v"] if group["nesterov"] else state["v"]


@mistake("the first step was dampened: the velocity starts as the gradient itself")
class first_step_dampened(ByRule, SGD):
    def rule(self, group, p, g, state):
        mu, g = group["momentum"], g + group["weight_decay"] * p
        state["v"] = mu * state.get("v", 0) + (1 - group["dampening"] * (mu != 0)) * g
        p -= group["lr"] * (g + mu * state["v"] if group["nesterov"] else state["v"])


@mistake("the velocity is forgotten after each step: keep it for the next one")
class velocity_forgotten(ByRule, SGD):
    def rule(self, group, p, g, state):
        g = g + group["weight_decay"] * p
        p -= group["lr"] * (g + group["momentum"] * g if group["nesterov"] else g)


momentum_ignored = with_options(SGD, "momentum was ignored", momentum=0)
dampening_ignored = with_options(SGD, "dampening was ignored: v = mu * v + (1 - dampening) * g", dampening=0)
nesterov_ignored = with_options(SGD, "nesterov was ignored: it steps along g + mu * v", nesterov=False)


@mistake("the weight decay came after the momentum: it is added to the gradient, before the velocity")
class decay_after_momentum(decay_ignored, SGD):
    def step(self):
        decays = [
            (p, group["lr"] * group["weight_decay"] * p.detach()) for group, p in each(self.param_groups)
        ]
        super().step()
        for p, decay in decays:
            p.data -= decay


@mistake("the velocity is the grad tensor itself, and the next backward pass writes into it: clone it")
class velocity_is_the_gradient(ByRule, SGD):
    def rule(self, group, p, g, state):
        mu, d = group["momentum"], g + group["weight_decay"] * p if group["weight_decay"] else g
        first = "v" not in state
        v = state["v"] = d if first or not mu else mu * state["v"] + (1 - group["dampening"]) * d
        p -= group["lr"] * (d + mu * v if group["nesterov"] else v)


@mistake("the velocity is the grad tensor itself, and v.mul_(mu) writes into it: clone it")
class velocity_is_the_gradient_in_place(ByRule, SGD):
    def rule(self, group, p, g, state):
        mu, d = group["momentum"], g + group["weight_decay"] * p if group["weight_decay"] else g
        if mu and "v" in state:
            state["v"].mul_(mu).add_(d, alpha=1 - group["dampening"])
        v = state.setdefault("v", d) if mu else d
        p -= group["lr"] * (d + mu * v if group["nesterov"] else v)


class _WithVelocity(ByRule, SGD):
    """SGD with one line changed."""

    def rule(self, group, p, g, state):
        mu, g = group["momentum"], g + group["weight_decay"] * p
        old = state.get("v")
        v = g if old is None or not mu else mu * old + (1 - group["dampening"]) * g
        if mu:
            state["v"] = v.clone()
        p -= group["lr"] * (self.ahead(mu, v, g) if group["nesterov"] else v)

    def ahead(self, mu, v, g):
        return g + mu * v


@mistake("with nesterov the step is mu * v alone: it is g + mu * v")
class nesterov_without_the_gradient(_WithVelocity):
    def ahead(self, mu, v, g):
        return mu * v


@mistake("with nesterov the velocity lacks its factor: the step is g + mu * v, not g + v")
class nesterov_without_momentum(_WithVelocity):
    def ahead(self, mu, v, g):
        return g + v


@mistake("the weight decay came after the step: it is added to the gradient, before the velocity")
class decay_after_the_step(_WithVelocity):
    def rule(self, group, p, g, state):
        super().rule({**group, "weight_decay": 0}, p, g, state)
        p -= group["lr"] * group["weight_decay"] * p
