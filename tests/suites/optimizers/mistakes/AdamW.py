"""Wrong variants of optimizers.AdamW."""

from shared import AVERAGES, EVERYWHERE, WithAverages, wrong

from grader.suite import mistake, reference

AdamW = reference("optimizers").AdamW


class _WithAverages(WithAverages, AdamW):
    def decayed(self, group, p, g):
        p *= 1 - group["lr"] * group["weight_decay"]
        return g


globals().update(wrong(AdamW, *EVERYWHERE))
globals().update(wrong(_WithAverages, *AVERAGES))


@mistake("the weight decay is coupled, as in Adam: it must not go through m and s")
class coupled_decay(_WithAverages):
    def decayed(self, group, p, g):
        return g + group["weight_decay"] * p


@mistake("the weight decay lacks lr: a step shrinks the weights by the factor 1 - lr * wd")
class decay_without_rate(_WithAverages):
    def decayed(self, group, p, g):
        p *= 1 - group["weight_decay"]
        return g


@mistake("the weight decay came after the step: the weights of before shrink")
class decay_after_the_step(_WithAverages):
    def rule(self, group, p, g, state):
        super().rule(group, p, g, state)
        p *= 1 - group["lr"] * group["weight_decay"]

    def decayed(self, group, p, g):
        return g


@mistake("the weight decay is coupled and decoupled at once: it must not go through m and s")
class decay_twice(_WithAverages):
    def decayed(self, group, p, g):
        g = g + group["weight_decay"] * p
        p *= 1 - group["lr"] * group["weight_decay"]
        return g
