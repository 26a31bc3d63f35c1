"""Wrong variants of optimizers.Adam."""

import torch
from shared import AVERAGES, EVERYWHERE, WithAverages, gradient_changed, graph_grows, wrong

from grader.suite import mistake, reference

Adam = reference("optimizers").Adam


class _WithAverages(WithAverages, Adam):
    def decayed(self, group, p, g):
        return g + group["weight_decay"] * p


globals().update(wrong(Adam, *EVERYWHERE, gradient_changed, graph_grows))
globals().update(wrong(_WithAverages, *AVERAGES))


@mistake("m is not corrected for its start at 0: divide it by 1 - beta1^t")
class first_not_corrected(_WithAverages):
    def corrected(self, m, s, beta1, beta2, t):
        return m, s / (1 - beta2**t)


@mistake("s is not corrected for its start at 0: divide it by 1 - beta2^t")
class second_not_corrected(_WithAverages):
    def corrected(self, m, s, beta1, beta2, t):
        return m / (1 - beta1**t), s


@mistake("the square is missing: s averages g^2")
class second_without_square(_WithAverages):
    def second(self, beta, s, g):
        return (beta * s.sqrt() + (1 - beta) * g.abs()) ** 2


@mistake("the weight decay is decoupled, as in AdamW: Adam adds wd * p to the gradient")
class decoupled_decay(_WithAverages):
    def decayed(self, group, p, g):
        p *= 1 - group["lr"] * group["weight_decay"]
        return g


@mistake("with amsgrad the largest square replaced s itself: s stays a running mean, h is kept beside it")
class largest_replaces_the_square(_WithAverages):
    def rule(self, group, p, g, state):
        super().rule(group, p, g, state)
        if group["amsgrad"]:
            state["s"] = state["h"]


@mistake("both averages were corrected with beta1: s is divided by 1 - beta2^t")
class corrected_with_one_beta(_WithAverages):
    def corrected(self, m, s, beta1, beta2, t):
        return super().corrected(m, s, beta1, beta1, t)


@mistake("the root was taken before the correction: sqrt(s / (1 - beta2^t)), not sqrt(s) / (1 - beta2^t)")
class root_before_the_correction(_WithAverages):
    def corrected(self, m, s, beta1, beta2, t):
        return m / (1 - beta1**t), s / (1 - beta2**t) ** 2


@mistake("the weight decay was multiplied by lr: Adam adds wd * p to the gradient")
class decay_times_rate(_WithAverages):
    def decayed(self, group, p, g):
        return g + group["lr"] * group["weight_decay"] * p


@mistake("the largest square h, of amsgrad, is not saved, or not loaded: it is part of the state")
class largest_not_saved(Adam):
    def state_dict(self):
        saved = super().state_dict()
        for state in saved["states"]:
            if state:
                state["largest"] = torch.zeros_like(state["largest"])
        return saved
