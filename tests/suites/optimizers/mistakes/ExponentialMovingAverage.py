"""Wrong variants of optimizers.ExponentialMovingAverage."""

import torch

from grader.suite import mistake, reference

ExponentialMovingAverage = reference("optimizers").ExponentialMovingAverage


class _ByRule(ExponentialMovingAverage):
    """Updates by a rule of its own."""

    def update(self):
        with torch.no_grad():
            for i, p in enumerate(self.params):
                self.averages[i] = self.rule(self.averages[i], p)


@mistake("decay and 1 - decay are swapped: decay is the share of the old average")
class shares_swapped(_ByRule):
    def rule(self, a, p):
        return (1 - self.decay) * a + self.decay * p


@mistake("the average starts at 0: it starts as a copy of the parameter")
class starts_at_zero(ExponentialMovingAverage):
    def __init__(self, params, decay):
        super().__init__(params, decay)
        self.averages = [torch.zeros_like(a) for a in self.averages]


@mistake("the factor 1 - decay is missing: a = decay * a + (1 - decay) * p")
class no_one_minus_decay(_ByRule):
    def rule(self, a, p):
        return self.decay * a + p


@mistake("the average is the parameter itself, not a copy: it follows every step at once")
class averages_not_copied(ExponentialMovingAverage):
    def __init__(self, params, decay):
        super().__init__(params, decay)
        self.averages = [p.detach() for p in self.params]


@mistake("params was walked twice, and a generator is empty the second time: make a list of it")
class generator_used_up(ExponentialMovingAverage):
    def __init__(self, params, decay):
        once = not isinstance(params, (list, tuple))
        super().__init__(params, decay)
        self.once = once

    def update(self):
        if not self.__dict__.get("over"):
            super().update()
        self.over = self.once


@mistake("apply gave the parameters new memory (p.data = ...): copy into them, in place")
class apply_replaces_the_memory(ExponentialMovingAverage):
    def apply(self):
        before = [p.data for p in self.params]
        super().apply()
        for p, old, kept in zip(self.params, before, self._kept, strict=True):
            p.data = p.data.clone()
            old.copy_(kept)

    def restore(self):
        if self._kept is not None:
            for p in self.params:
                p.data = p.data.clone()
        super().restore()


@mistake("apply lends the averages themselves (p.data = average): a later write into p changes them")
class averages_lent(ExponentialMovingAverage):
    def apply(self):
        if self._kept is not None:
            raise RuntimeError("apply was called twice")
        self._kept, self._old = [], [p.data for p in self.params]
        for p, a in zip(self.params, self.averages, strict=True):
            p.data = a

    def restore(self):
        if self._kept is None:
            raise RuntimeError("restore needs an apply before it")
        self._kept = None
        for p, old in zip(self.params, self._old, strict=True):
            p.data = old


@mistake("what apply kept is no copy, so restore brings the averages back: clone the parameters")
class kept_without_copy(ExponentialMovingAverage):
    def apply(self):
        super().apply()
        self._kept = [p.detach() for p in self.params]


@mistake("a second apply was accepted: the weights from before the first are then lost; raise a RuntimeError")
class second_apply_accepted(ExponentialMovingAverage):
    def apply(self):
        self._kept = None
        super().apply()


@mistake("the averages are not in state_dict, or not loaded: after resuming they start anew")
class averages_not_saved(ExponentialMovingAverage):
    def load_state_dict(self, saved):
        self.decay = saved["decay"]


@mistake("decay is not in state_dict, or not loaded: it is resumed with the averages")
class decay_not_saved(ExponentialMovingAverage):
    def load_state_dict(self, saved):
        self.averages = [average.clone() for average in saved["averages"]]


@mistake("state_dict shares its tensors with the averages: later updates change what was saved; copy it")
class saved_without_copy(ExponentialMovingAverage):
    def state_dict(self):
        return {"decay": self.decay, "averages": self.averages}


@mistake("load_state_dict took the saved tensors themselves: later updates change `saved`; copy them")
class loaded_without_copy(ExponentialMovingAverage):
    def load_state_dict(self, saved):
        self.decay, self.averages = saved["decay"], saved["averages"]


@mistake("the averages have a graph: update under torch.no_grad, from detached copies")
class graph_kept(_ByRule):
    def update(self):
        self.averages = [
            self.decay * a + (1 - self.decay) * p for a, p in zip(self.averages, self.params, strict=True)
        ]


@mistake("a second restore was accepted, since the kept weights were not given up: raise a RuntimeError")
class second_restore_accepted(ExponentialMovingAverage):
    def apply(self):
        self._kept, self.held = None, self.__dict__.get("applied", False)
        if self.held:
            self._kept = []
        super().apply()
        self.applied = True

    def restore(self):
        kept = self._kept
        super().restore()
        self._kept, self.applied = kept, False


@mistake("after restore a second apply is refused: give up what was kept")
class applied_for_ever(ExponentialMovingAverage):
    def restore(self):
        kept = self._kept
        super().restore()
        self._kept = kept


@mistake("restore without apply failed by itself: raise a RuntimeError")
class restore_fails_by_itself(ExponentialMovingAverage):
    def restore(self):
        if self._kept is None:
            raise TypeError("'NoneType' object is not iterable")
        super().restore()


@mistake("the averages never move: a = ... in a loop makes another tensor, as an update of a copy does")
class averages_never_move(ExponentialMovingAverage):
    def update(self):
        pass


@mistake("the averages are on the CPU: they lie where their parameters do")
class averages_on_the_cpu(ExponentialMovingAverage):
    def __init__(self, params, decay):
        super().__init__(params, decay)
        self.averages = [average.cpu() for average in self.averages]
