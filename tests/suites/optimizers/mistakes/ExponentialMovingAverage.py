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


@mistake("the average starts at 0 and is corrected for it: it starts as a copy of the parameter")
class corrected_for_the_start(ExponentialMovingAverage):
    def __init__(self, params, decay):
        super().__init__(params, decay)
        self.count, self.sums = 0, [torch.zeros_like(a) for a in self.averages]

    def update(self):
        self.count += 1
        with torch.no_grad():
            for i, p in enumerate(self.params):
                self.sums[i] = self.decay * self.sums[i] + (1 - self.decay) * p
                self.averages[i] = self.sums[i] / (1 - self.decay**self.count)


@mistake("this is the plain mean of all weights: the older ones fade, by the factor decay")
class plain_mean(_ByRule):
    def rule(self, a, p):
        self.count = self.__dict__.get("count", 1) + (p is self.params[0])
        return a + (p - a) / self.count


@mistake("the factor 1 - decay is missing: a = decay * a + (1 - decay) * p")
class no_one_minus_decay(_ByRule):
    def rule(self, a, p):
        return self.decay * a + p


@mistake("the average is the parameter itself, not a copy: it follows every step at once")
class averages_not_copied(ExponentialMovingAverage):
    def __init__(self, params, decay):
        super().__init__(params, decay)
        self.averages = [p.detach() for p in self.params]


@mistake("only the first parameter is averaged: walk all of them")
class first_parameter_only(_ByRule):
    def rule(self, a, p):
        return self.decay * a + (1 - self.decay) * p if p is self.params[0] else a


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


@mistake("restore also reset the averages: they stay")
class averages_reset_by_restore(ExponentialMovingAverage):
    def restore(self):
        super().restore()
        self.averages = [p.detach().clone() for p in self.params]


@mistake("a second apply was accepted: the weights from before the first are then lost; raise a RuntimeError")
class second_apply_accepted(ExponentialMovingAverage):
    def apply(self):
        self._kept = None
        super().apply()


@mistake("restore without apply was accepted: raise a RuntimeError")
class restore_without_apply_accepted(ExponentialMovingAverage):
    def restore(self):
        if self._kept is not None:
            super().restore()


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


@mistake("load_state_dict wrote the averages into the parameters: they stay as they are")
class loaded_into_the_parameters(ExponentialMovingAverage):
    def load_state_dict(self, saved):
        super().load_state_dict(saved)
        self._write(self.averages)


@mistake("the averages have a graph: update under torch.no_grad, from detached copies")
class graph_kept(_ByRule):
    def update(self):
        self.averages = [
            self.decay * a + (1 - self.decay) * p for a, p in zip(self.averages, self.params, strict=True)
        ]


@mistake("apply swaps, so that the averages hold the weights until restore: the averages stay as they are")
class averages_swapped_by_apply(ExponentialMovingAverage):
    def apply(self):
        super().apply()
        self.held, self.averages = self.averages, [kept.clone() for kept in self._kept]

    def restore(self):
        super().restore()
        self.averages = self.held


@mistake("apply forgot to keep the weights, so restore has nothing to bring back: clone them first")
class restore_does_nothing(ExponentialMovingAverage):
    def restore(self):
        super().restore()
        self._write(self.averages)


@mistake("apply does nothing: it puts the averages into the parameters")
class apply_does_nothing(ExponentialMovingAverage):
    def _write(self, values):
        pass


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


@mistake(
    "nothing tells whether it is applied: a second apply, and restore without apply, raise a RuntimeError"
)
class swaps_not_checked(ExponentialMovingAverage):
    def apply(self):
        self._kept = None
        super().apply()

    def restore(self):
        if self._kept is not None:
            kept = self._kept
            super().restore()
            self._kept = kept


class _Counting(ExponentialMovingAverage):
    """Counts its updates."""

    count = 0

    def update(self):
        self.count += 1
        decay, self.decay = self.decay, self.decay_now()
        super().update()
        self.decay = decay


@mistake("the first update copies the parameter: the average has started already, with the first weights")
class starts_at_the_first_update(_Counting):
    def decay_now(self):
        return 0.0 if self.count == 1 else self.decay


@mistake("the decay warms up, (1 + t) / (10 + t): it is decay in every update")
class decay_warmed_up(_Counting):
    def decay_now(self):
        return min(self.decay, (1 + self.count) / (10 + self.count))


@mistake("the decay shrinks with the updates, decay^t: it is decay in every update")
class decay_to_the_count(_Counting):
    def decay_now(self):
        return self.decay**self.count


@mistake("this is the plain mean of the weights since the first update: older ones fade, by the factor decay")
class plain_mean_of_the_updates(_Counting):
    def decay_now(self):
        return 1 - 1 / self.count


@mistake("the parameter was averaged in place: only apply and restore change it")
class parameters_averaged(ExponentialMovingAverage):
    def update(self):
        super().update()
        self._write(self.averages)


@mistake(
    "the weights were added with their full share: a = decay * a + (1 - decay) * p, not a + (1 - decay) * p"
)
class old_share_not_shrunk(_ByRule):
    def rule(self, a, p):
        return a + (1 - self.decay) * p


@mistake("the averages never move: a = ... in a loop makes another tensor, as an update of a copy does")
class averages_never_move(ExponentialMovingAverage):
    def update(self):
        pass


@mistake("params was taken for a list: it may be a generator, make a list of it")
class generator_not_taken(ExponentialMovingAverage):
    def __init__(self, params, decay):
        if not isinstance(params, (list, tuple)):
            raise TypeError("object of type 'generator' has no len()")
        super().__init__(params, decay)


@mistake("the averages are on the CPU: they lie where their parameters do")
class averages_on_the_cpu(ExponentialMovingAverage):
    def __init__(self, params, decay):
        super().__init__(params, decay)
        self.averages = [average.cpu() for average in self.averages]


@mistake("the averages are made on cuda, which is not everywhere: they lie where their parameters do")
class asked_for_cuda(ExponentialMovingAverage):
    def __init__(self, params, decay):
        super().__init__(params, decay)
        self.averages = [average.cuda() for average in self.averages]
