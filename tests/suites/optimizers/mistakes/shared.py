"""What the known mistakes of the optimiser classes share.

Each class is wrong in one place and stands before a right one; its docstring is the sentence of the mistake.
"""

import copy

import torch

from grader.suite import mistake


def wrong(right, *places):
    """Return known mistakes by name: a right class, wrong in each of these places."""
    return {place.__name__: mistake(place.__doc__)(type(place.__name__, (place, right), {})) for place in places}


def with_options(right, sentence, **options):
    """Return the known mistake that options of a group are always these."""

    class Variant(Regrouped, right):
        def regrouped(self, groups):
            return [{**group, **options} for group in groups]

    return mistake(sentence)(Variant)


def each(groups):
    """Return the parameters that have a gradient, each with its group."""
    return [(group, p) for group in groups for p in group["params"] if p.grad is not None]


class ByRule:
    """Steps by a rule of its own for each parameter."""

    def step(self):
        with torch.no_grad():
            for group, p in each(self.param_groups):
                self.rule(group, p, p.grad, self.state.setdefault(p, {}))


class Regrouped:
    """Steps with other groups."""

    def step(self):
        groups = self.param_groups
        self.param_groups = self.regrouped(groups)
        super().step()
        self.param_groups = groups


class missing_gradient_as_zero:
    """a missing gradient was taken for zeros: skip a parameter whose grad is None, and its state"""

    def step(self):
        missing = [p for group in self.param_groups for p in group["params"] if p.grad is None]
        for p in missing:
            p.grad = torch.zeros_like(p)
        super().step()
        for p in missing:
            p.grad = None


class missing_gradient_fails:
    """a missing gradient raised an exception: skip a parameter whose grad is None"""

    def step(self):
        if any(p.grad is None for group in self.param_groups for p in group["params"]):
            raise TypeError("unsupported operand type(s)")
        super().step()


class state_not_saved:
    """the state is not in state_dict, or not loaded: after resuming it starts anew"""

    def state_dict(self):
        return {**super().state_dict(), "states": [{} for group in self.param_groups for _ in group["params"]]}


class options_not_saved:
    """the hyper-parameters are not in state_dict, or not loaded: they are resumed with the state"""

    def state_dict(self):
        return {**super().state_dict(), "groups": [{} for _ in self.param_groups]}


class zeros_for_none:
    """zero_grad filled the gradients with 0: set them to None, so that the next step skips them"""

    def zero_grad(self):
        for _, p in each(self.param_groups):
            p.grad = torch.zeros_like(p)


class generator_used_up:
    """params was walked twice, and a generator is empty the second time: make a list of it"""

    def __init__(self, params, *options, **more):
        self.empty = not isinstance(params, (list, tuple))
        super().__init__(params, *options, **more)

    def step(self):
        super().step()
        if self.empty:
            self.param_groups[0]["params"] = []


class options_of_groups_ignored:
    """options of a group were ignored: where a group has its own, they hold for it"""

    def __init__(self, params, *options, **more):
        given = [{"params": part["params"]} if isinstance(part, dict) else part for part in params]
        super().__init__(given, *options, **more)


class options_read_once(Regrouped):
    """the options were read once, in the constructor: read all of them from the group, in every step"""

    def __init__(self, params, *options, **more):
        super().__init__([torch.nn.Parameter(torch.zeros(1))], *options, **more)
        self.given = dict(self.param_groups[0])
        super().__init__(params, *options, **more)

    def regrouped(self, groups):
        return [{**self.given, "params": group["params"]} for group in groups]


class one_rate_for_all_groups(options_read_once):
    """lr of the constructor holds for all groups: a group has its own, read anew in every step"""

    def regrouped(self, groups):
        return [{**group, "lr": self.given["lr"]} for group in groups]


class first_group_only(Regrouped):
    """only the first group is stepped: walk all of them"""

    def regrouped(self, groups):
        return groups[:1]


class decay_ignored(Regrouped):
    """weight_decay was ignored"""

    def regrouped(self, groups):
        return [{**group, "weight_decay": 0} for group in groups]


class decay_with_the_wrong_sign(Regrouped):
    """the weight decay has the wrong sign: weights grow instead of shrinking"""

    def regrouped(self, groups):
        return [{**group, "weight_decay": -group["weight_decay"]} for group in groups]


class gradient_changed(decay_ignored):
    """the weight decay was added to p.grad itself: make a new tensor, and leave the gradient as it is"""

    def step(self):
        for group, p in each(self.param_groups):
            p.grad.add_(p.detach(), alpha=group["weight_decay"])
        super().step()


class new_memory:
    """the parameter was replaced (p = ..., or p.data = ...): change it in place, in its own memory"""

    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.data = p.data.clone()
        super().step()


class steps_lost:
    """the parameters never move: p = p - ... makes another tensor, as a step on a copy does; change p in place"""

    def step(self):
        before = [(p, p.detach().clone()) for group in self.param_groups for p in group["params"]]
        super().step()
        for p, value in before:
            p.data.copy_(self.end(value, p.detach()))

    def end(self, before, after):
        return before


class uphill(steps_lost):
    """the steps go uphill: subtract them"""

    def end(self, before, after):
        return 2 * before - after


class no_grad_missing:
    """the update is not under torch.no_grad: a parameter that requires gradients cannot be changed so"""

    def step(self):
        if each(self.param_groups):
            raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation")


class graph_grows:
    """the update is not under torch.no_grad: the state keeps a graph that grows with every step"""

    def step(self):
        super().step()
        for p, state in self.state.items():
            for name, value in state.items():
                if isinstance(value, torch.Tensor):
                    state[name] = value + 0 * p


class sliced:
    """a parameter without axes, one number, has no p[:]: write p -= ..., or p.sub_(...)"""

    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.data[:].add_(0)
        super().step()


class state_on_the_cpu:
    """the state starts on the CPU: torch.zeros_like(p) lies where the parameter does, torch.zeros(p.shape) not"""

    def step(self):
        super().step()
        for p in self.state:
            if p.grad is not None:
                torch.zeros(p.shape, dtype=p.dtype).add_(p.grad)


class _Keyed(dict):
    """State under a key that several parameters may have."""

    def __init__(self, key, states=()):
        super().__init__({key(p): state for p, state in dict(states).items()})
        self.key = key

    def get(self, p, default=None):
        return super().get(self.key(p), default)

    def setdefault(self, p, default=None):
        return super().setdefault(self.key(p), default)


class one_state_for_all:
    """all parameters share one state: keep it for each parameter, by identity"""

    def __init__(self, params, *options, **more):
        super().__init__(params, *options, **more)
        self.state = _Keyed(self.key)

    def load_state_dict(self, saved):
        super().load_state_dict(saved)
        self.state = _Keyed(self.key, self.state)

    def key(self, p):
        return None


class state_by_place(one_state_for_all):
    """the first parameters of all groups share their state, and so on: keep it for each, by identity"""

    def key(self, p):
        return next(i for group in self.param_groups for i, q in enumerate(group["params"]) if q is p)


class state_by_number(one_state_for_all):
    """the state goes by the number of a parameter in its lists, which may change: keep it by identity"""

    def key(self, p):
        numbered = enumerate(q for group in self.param_groups for q in group["params"])
        return next((i for i, q in numbered if q is p), None)


class _Shares:
    """Hands out or takes over its state without a full copy."""

    saves = loads = staticmethod(copy.deepcopy)

    def step(self):
        groups = self.param_groups
        known = dict(self.state)
        for group, p in each(groups):
            kept = known.setdefault(p, {})
            self.param_groups, self.state = [{**group, "params": [p]}], {p: dict(kept)} if kept else {}
            old = {name: value for name, value in kept.items() if isinstance(value, torch.Tensor)}
            if kept:
                self.state[p].update({name: value.clone() for name, value in old.items()})
            super().step()
            kept.update(self.state.get(p, {}))
            for name, value in old.items():
                kept[name] = value.copy_(kept[name])
        self.param_groups, self.state = groups, known

    def _each(self):
        return [p for group in self.param_groups for p in group["params"]]

    def state_dict(self):
        return {**super().state_dict(), "states": [self.saves(self.state.get(p, {})) for p in self._each()]}

    def load_state_dict(self, saved):
        super().load_state_dict({**saved, "states": [{} for _ in self._each()]})
        self.state = {p: self.loads(state) for p, state in zip(self._each(), saved["states"], strict=True)}


class states_saved_without_copy(_Shares):
    """state_dict holds the very dicts of the state, which later steps fill anew: copy them"""

    saves = staticmethod(lambda state: state)


class tensors_saved_without_copy(_Shares):
    """state_dict holds the very tensors of the state, which later steps change in place: copy them"""

    saves = dict


class tensors_loaded_without_copy(_Shares):
    """load_state_dict took the saved tensors themselves, and steps change them in place: copy them"""

    loads = dict


EVERYWHERE = (
    missing_gradient_as_zero, missing_gradient_fails, state_not_saved, options_not_saved, zeros_for_none,
    generator_used_up, options_of_groups_ignored, options_read_once, one_rate_for_all_groups, first_group_only,
    decay_ignored, decay_with_the_wrong_sign, new_memory, steps_lost, uphill, no_grad_missing, sliced,
    state_on_the_cpu, state_by_place, one_state_for_all, state_by_number, states_saved_without_copy,
    tensors_loaded_without_copy,
)  # fmt: skip


class eps_inside_the_root:
    """eps is inside the root: it is added to the root"""

    def quotient(self, g, s, eps):
        return g / (s + eps).sqrt()


class no_root:
    """the step was divided by s, not by its root (or the root was taken and not used): sqrt(s) + eps"""

    def quotient(self, g, s, eps):
        return g / (s + eps)


class _Counted:
    """Has one step count, which is saved."""

    count = 0

    def rule(self, group, p, g, state):
        state["t"] = self.count - 1
        super().rule(group, p, g, state)

    def state_dict(self):
        return {**super().state_dict(), "count": self.count}

    def load_state_dict(self, saved):
        super().load_state_dict(saved)
        self.count = saved["count"]


class one_count_for_all(_Counted):
    """all parameters share one step count: each counts the steps in which it had a gradient"""

    def step(self):
        self.count += 1
        super().step()


class count_rises_with_every_parameter(_Counted):
    """the step count rises with every parameter: each has a count of its own"""

    def rule(self, group, p, g, state):
        self.count += 1
        super().rule(group, p, g, state)


class count_not_saved:
    """the step count is not saved, or not loaded: a resumed optimiser counts on, not from 1"""

    def state_dict(self):
        saved = super().state_dict()
        return {**saved, "states": [{**state, "t": 0} if state else state for state in saved["states"]]}


class WithAverages(ByRule):
    """The rule of Adam in parts, each of which may be wrong."""

    def rule(self, group, p, g, state):
        (beta1, beta2), zero = group["betas"], torch.zeros_like(p)
        t = state["t"] = state.get("t", 0) + 1
        g = self.decayed(group, p, g)
        m = state["m"] = self.first(beta1, state.get("m", zero), g)
        s = state["s"] = self.second(beta2, state.get("s", zero), g)
        if group["amsgrad"]:
            s = state["h"] = self.largest(state.get("h", zero), s, 1 - beta2**t)
        m, s = self.corrected(m, s, beta1, beta2, t)
        p -= group["lr"] * self.quotient(m, s, group["eps"])

    def first(self, beta, m, g):
        return beta * m + (1 - beta) * g

    def second(self, beta, s, g):
        return beta * s + (1 - beta) * g**2

    def largest(self, h, s, correction):
        return torch.maximum(h, s)

    def corrected(self, m, s, beta1, beta2, t):
        return m / (1 - beta1**t), s / (1 - beta2**t)

    def quotient(self, m, s, eps):
        return m / (s.sqrt() + eps)


class no_correction:
    """the averages are not corrected for their start at 0: divide them by 1 - beta^t"""

    def corrected(self, m, s, beta1, beta2, t):
        return m, s


class count_stands_still:
    """the step count does not move, so the correction is that of the first step: t is 1, 2, 3, ..."""

    def corrected(self, m, s, beta1, beta2, t):
        return super().corrected(m, s, beta1, beta2, 1)


class count_from_zero:
    """the step count rises after the step, so that 1 - beta^0 = 0 divides first: t is 1 in the first step"""

    def corrected(self, m, s, beta1, beta2, t):
        return super().corrected(m, s, beta1, beta2, t - 1)


class eps_before_the_correction:
    """eps was added before the correction: it is added to the root of the corrected s"""

    def rule(self, group, p, g, state):
        correction = (1 - group["betas"][1] ** (state.get("t", 0) + 1)) ** 0.5
        super().rule({**group, "eps": group["eps"] / correction}, p, g, state)


class betas_swapped(Regrouped):
    """beta1 and beta2 are swapped: beta1 belongs to the gradient, beta2 to its square"""

    def regrouped(self, groups):
        return [{**group, "betas": group["betas"][::-1]} for group in groups]


class no_one_minus_beta:
    """the factors 1 - beta are missing: m = beta1 * m + (1 - beta1) * g, and s likewise"""

    def first(self, beta, m, g):
        return beta * m + g

    def second(self, beta, s, g):
        return beta * s + g**2


class shares_swapped:
    """beta and 1 - beta are swapped: beta is the share of the old average"""

    def first(self, beta, m, g):
        return (1 - beta) * m + beta * g

    def second(self, beta, s, g):
        return (1 - beta) * s + beta * g**2


class amsgrad_ignored:
    """amsgrad was ignored: it divides by the largest s so far"""

    def largest(self, h, s, correction):
        return s


class amsgrad_of_corrected_values:
    """amsgrad compares corrected values: the maximum is taken of s, and then corrected"""

    kept = None

    def largest(self, h, s, correction):
        self.kept = torch.maximum(h, s / correction)
        return self.kept

    def corrected(self, m, s, beta1, beta2, t):
        corrected = super().corrected(m, s, beta1, beta2, t)
        return corrected[0], s if s is self.kept else corrected[1]


AVERAGES = (
    eps_inside_the_root, no_root, one_count_for_all, count_rises_with_every_parameter, count_not_saved,
    no_correction, count_stands_still, count_from_zero, eps_before_the_correction, betas_swapped, no_one_minus_beta,
    shares_swapped, amsgrad_ignored, amsgrad_of_corrected_values, tensors_saved_without_copy,
)  # fmt: skip
