"""Wrong variants of optimizers.Adagrad."""

import torch
from shared import (
    EVERYWHERE,
    ByRule,
    count_not_saved,
    eps_inside_the_root,
    gradient_changed,
    graph_grows,
    no_root,
    one_count_for_all,
    with_options,
    wrong,
)

from grader.suite import mistake, reference

Adagrad = reference("optimizers").Adagrad
globals().update(wrong(Adagrad, *EVERYWHERE, gradient_changed, graph_grows, count_not_saved))


class _WithSum(ByRule, Adagrad):
    """Adagrad with one line changed."""

    def rule(self, group, p, g, state):
        state["t"] = state.get("t", 0) + 1
        g = g + group["weight_decay"] * p
        s = self.add(state.get("s", torch.full_like(p, group["initial_accumulator_value"])), g)
        state["s"] = s
        p -= self.rate(group, state["t"]) * self.quotient(g, s, group["eps"])

    def add(self, s, g):
        return s + g**2

    def rate(self, group, t):
        return group["lr"] / (1 + (t - 1) * group["lr_decay"])

    def quotient(self, g, s, eps):
        return g / (s.sqrt() + eps)


@mistake("the squares are averaged with a decay, as in RMSprop: Adagrad adds them up")
class decaying_sum(_WithSum):
    def add(self, s, g):
        return 0.9 * s + 0.1 * g**2


globals().update(wrong(_WithSum, eps_inside_the_root, no_root, one_count_for_all))
rate_decay_ignored = with_options(
    Adagrad, "lr_decay was ignored: the rate is lr / (1 + (t - 1) * lr_decay)", lr_decay=0
)
initial_value_ignored = with_options(
    Adagrad, "the sum starts at 0 whatever initial_accumulator_value says", initial_accumulator_value=0
)


@mistake("the rate decays from the first step on: it is lr / (1 + (t - 1) * lr_decay), t from 1")
class rate_decays_one_step_early(_WithSum):
    def rate(self, group, t):
        return group["lr"] / (1 + t * group["lr_decay"])
