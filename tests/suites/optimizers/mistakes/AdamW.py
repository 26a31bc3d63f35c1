"""Wrong variants of optimizers.AdamW."""

import copy

import torch

from grader.suite import mistake, reference

AdamW = reference("optimizers").AdamW


class _ByRule(AdamW):
    """Steps by a rule of its own for each parameter."""

    def step(self):
        with torch.no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is not None:
                        self.rule(group, p, p.grad, self.state.setdefault(p, {}))


class _WithAverages(_ByRule):
    """AdamW with one line changed."""

    def rule(self, group, p, g, state):
        (beta1, beta2), zero = group["betas"], torch.zeros_like(p)
        t = state["t"] = state.get("t", 0) + 1
        g = self.decayed(group, p, g)
        m = state["m"] = self.first(beta1, state.get("m", zero), g)
        s = state["s"] = self.second(beta2, state.get("s", zero), g)
        if group["amsgrad"]:
            s = state["h"] = self.largest(state.get("h", zero), s, 1 - beta2**t)
        m, s = self.corrected(m, s, beta1, beta2, t)
        p -= group["lr"] * self.quotient(m, s, group["eps"], beta2, t)

    def decayed(self, group, p, g):
        p *= 1 - group["lr"] * group["weight_decay"]
        return g

    def first(self, beta, m, g):
        return beta * m + (1 - beta) * g

    def second(self, beta, s, g):
        return beta * s + (1 - beta) * g**2

    def largest(self, h, s, correction):
        return torch.maximum(h, s)

    def corrected(self, m, s, beta1, beta2, t):
        return m / (1 - beta1**t), s / (1 - beta2**t)

    def quotient(self, m, s, eps, beta2, t):
        return m / (s.sqrt() + eps)


@mistake("the averages are not corrected for their start at 0: divide them by 1 - beta^t")
class no_correction(_WithAverages):
    def corrected(self, m, s, beta1, beta2, t):
        return m, s


@mistake("the step count does not move, so the correction is that of the first step: t is 1, 2, 3, ...")
class count_stands_still(_WithAverages):
    def corrected(self, m, s, beta1, beta2, t):
        return super().corrected(m, s, beta1, beta2, 1)


@mistake("all parameters share one step count: each counts the steps in which it had a gradient")
class one_count_for_all(_WithAverages):
    def step(self):
        self.count = self.__dict__.get("count", 0) + 1
        super().step()

    def rule(self, group, p, g, state):
        state["t"] = self.count - 1
        super().rule(group, p, g, state)

    def state_dict(self):
        return {**super().state_dict(), "count": self.__dict__.get("count", 0)}

    def load_state_dict(self, saved):
        super().load_state_dict(saved)
        self.count = saved["count"]


@mistake("the step count rises with every parameter: each has a count of its own")
class count_rises_with_every_parameter(one_count_for_all):
    def step(self):
        _WithAverages.step(self)

    def rule(self, group, p, g, state):
        self.count = self.__dict__.get("count", 0) + 1
        super().rule(group, p, g, state)


@mistake("eps is inside the root: it is added to the root")
class eps_inside_the_root(_WithAverages):
    def quotient(self, m, s, eps, beta2, t):
        return m / (s + eps).sqrt()


@mistake("eps was added before the correction: it is added to the root of the corrected s")
class eps_before_the_correction(_WithAverages):
    def quotient(self, m, s, eps, beta2, t):
        c = (1 - beta2**t) ** 0.5
        return m / ((s.sqrt() * c + eps) / c)


@mistake("the step was divided by s, not by its root (or the root was taken and not used): sqrt(s) + eps")
class no_root(_WithAverages):
    def quotient(self, m, s, eps, beta2, t):
        return m / (s + eps)


@mistake("beta1 and beta2 are swapped: beta1 belongs to the gradient, beta2 to its square")
class betas_swapped(_WithAverages):
    def rule(self, group, p, g, state):
        super().rule({**group, "betas": group["betas"][::-1]}, p, g, state)


@mistake("the factors 1 - beta are missing: m = beta1 * m + (1 - beta1) * g, and s likewise")
class no_one_minus_beta(_WithAverages):
    def first(self, beta, m, g):
        return beta * m + g

    def second(self, beta, s, g):
        return beta * s + g**2


@mistake("amsgrad was ignored: it divides by the largest s so far")
class amsgrad_ignored(_WithAverages):
    def largest(self, h, s, correction):
        return s


@mistake("amsgrad compares corrected values: the maximum is taken of s, and then corrected")
class amsgrad_of_corrected_values(_WithAverages):
    def rule(self, group, p, g, state):
        super().rule(group, p, g, state)

    def largest(self, h, s, correction):
        self.kept = torch.maximum(h, s / correction)
        return self.kept

    def corrected(self, m, s, beta1, beta2, t):
        corrected = super().corrected(m, s, beta1, beta2, t)
        return corrected[0], s if s is self.__dict__.get("kept") else corrected[1]


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


@mistake("the weight decay has the wrong sign: weights grow instead of shrinking")
class decay_with_the_wrong_sign(_WithAverages):
    def decayed(self, group, p, g):
        p *= 1 + group["lr"] * group["weight_decay"]
        return g


@mistake("weight_decay was ignored")
class decay_ignored(_WithAverages):
    def decayed(self, group, p, g):
        return g


@mistake("a missing gradient was taken for zeros: skip a parameter whose grad is None, and its state")
class missing_gradient_as_zero(AdamW):
    def step(self):
        missing = [p for group in self.param_groups for p in group["params"] if p.grad is None]
        for p in missing:
            p.grad = torch.zeros_like(p)
        super().step()
        for p in missing:
            p.grad = None


@mistake("the state is not in state_dict, or not loaded: after resuming it starts anew")
class state_not_saved(AdamW):
    def state_dict(self):
        return {
            **super().state_dict(),
            "states": [{} for group in self.param_groups for _ in group["params"]],
        }


@mistake("the hyper-parameters are not in state_dict, or not loaded: they are resumed with the state")
class options_not_saved(AdamW):
    def state_dict(self):
        return {**super().state_dict(), "groups": [{} for _ in self.param_groups]}


@mistake("zero_grad filled the gradients with 0: set them to None, so that the next step skips them")
class zeros_for_none(AdamW):
    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None if p.grad is None else torch.zeros_like(p)


@mistake("params was walked twice, and a generator is empty the second time: make a list of it")
class generator_used_up(AdamW):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False):
        once = not isinstance(params, (list, tuple))
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad)
        self.empty = once

    def step(self):
        super().step()
        if self.empty:
            self.param_groups[0]["params"] = []


@mistake(
    "the step count rises after the step, so that 1 - beta^0 = 0 divides first: t is 1 in the first step"
)
class count_from_zero(_WithAverages):
    def corrected(self, m, s, beta1, beta2, t):
        return super().corrected(m, s, beta1, beta2, t - 1)


@mistake("beta and 1 - beta are swapped: beta is the share of the old average")
class shares_swapped(_WithAverages):
    def first(self, beta, m, g):
        return (1 - beta) * m + beta * g

    def second(self, beta, s, g):
        return (1 - beta) * s + beta * g**2


@mistake("the weight decay is coupled and decoupled at once: it must not go through m and s")
class decay_twice(_WithAverages):
    def decayed(self, group, p, g):
        g = g + group["weight_decay"] * p
        p *= 1 - group["lr"] * group["weight_decay"]
        return g


@mistake("the options were read once, in the constructor: read all of them from the group, in every step")
class options_read_once(AdamW):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad)
        self.given = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad}

    def step(self):
        groups = self.param_groups
        self.param_groups = [{**self.given, "params": group["params"]} for group in groups]
        super().step()
        self.param_groups = groups


@mistake("lr of the constructor holds for all groups: a group has its own, read anew in every step")
class one_rate_for_all_groups(AdamW):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad)
        self.lr = lr

    def step(self):
        groups = self.param_groups
        self.param_groups = [{**group, "lr": self.lr} for group in groups]
        super().step()
        self.param_groups = groups


@mistake("options of a group were ignored: where a group has its own, they hold for it")
class options_of_groups_ignored(AdamW):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False):
        given = [{"params": part["params"]} if isinstance(part, dict) else part for part in params]
        super().__init__(given, lr, betas, eps, weight_decay, amsgrad)


@mistake("only the first group is stepped: walk all of them")
class first_group_only(AdamW):
    def step(self):
        groups = self.param_groups
        self.param_groups = groups[:1]
        super().step()
        self.param_groups = groups


@mistake("a missing gradient raised an exception: skip a parameter whose grad is None")
class missing_gradient_fails(AdamW):
    def step(self):
        if any(p.grad is None for group in self.param_groups for p in group["params"]):
            raise TypeError("unsupported operand type(s)")
        super().step()


@mistake("the parameter was replaced (p = ..., or p.data = ...): change it in place, in its own memory")
class new_memory(AdamW):
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.data = p.data.clone()
        super().step()


@mistake("the parameters never move: p = p - ... makes another tensor, as a step on a copy does; change p in place")
class steps_lost(AdamW):
    def step(self):
        before = [(p, p.detach().clone()) for group in self.param_groups for p in group["params"]]
        super().step()
        for p, value in before:
            p.data.copy_(value)


@mistake("the steps go uphill: subtract them")
class uphill(AdamW):
    def step(self):
        before = [(p, p.detach().clone()) for group in self.param_groups for p in group["params"]]
        super().step()
        for p, value in before:
            p.data.copy_(2 * value - p.detach())


@mistake("the update is not under torch.no_grad: a parameter that requires gradients cannot be changed so")
class no_grad_missing(AdamW):
    def step(self):
        if any(p.grad is not None for group in self.param_groups for p in group["params"]):
            raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation")


class _Keyed(dict):
    """State under a key that several parameters may have."""

    def __init__(self, key, states=()):
        super().__init__({key(p): state for p, state in dict(states).items()})
        self.key = key

    def get(self, p, default=None):
        return super().get(self.key(p), default)

    def setdefault(self, p, default=None):
        return super().setdefault(self.key(p), default)


class _StateByKey(AdamW):
    """Keeps its state under `key` of a parameter."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad)
        self.state = _Keyed(self.key)

    def load_state_dict(self, saved):
        super().load_state_dict(saved)
        self.state = _Keyed(self.key, self.state)


@mistake("the first parameters of all groups share their state, and so on: keep it for each, by identity")
class state_by_place(_StateByKey):
    def key(self, p):
        return next(i for group in self.param_groups for i, q in enumerate(group["params"]) if q is p)


@mistake("all parameters share one state: keep it for each parameter, by identity")
class one_state_for_all(_StateByKey):
    def key(self, p):
        return None


@mistake("the state goes by the number of a parameter in its lists, which may change: keep it by identity")
class state_by_number(_StateByKey):
    def key(self, p):
        numbered = enumerate(q for group in self.param_groups for q in group["params"])
        return next((i for i, q in numbered if q is p), None)


@mistake("a parameter without axes, one number, has no p[:]: write p -= ..., or p.sub_(...)")
class sliced(AdamW):
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.data[:].add_(0)
        super().step()


class _Shares(AdamW):
    """Hands out or takes over its state without a full copy."""

    saves = loads = staticmethod(copy.deepcopy)

    def step(self):
        groups = self.param_groups
        known = dict(self.state)
        for group, p in self._each():
            if p.grad is None:
                continue
            kept = known.setdefault(p, {})
            self.param_groups, self.state = [{**group, "params": [p]}], {p: dict(kept)} if kept else {}
            old = {k: v for k, v in kept.items() if isinstance(v, torch.Tensor)}
            held = {name: value.clone() for name, value in kept.items() if name in old}
            if kept:
                self.state[p].update(held)
            super().step()
            kept.update(self.state.get(p, {}))
            for name, value in old.items():
                kept[name] = value.copy_(kept[name])
            self.param_groups = groups
        self.state = known

    def _each(self):
        return [(group, p) for group in self.param_groups for p in group["params"]]

    def state_dict(self):
        states = [type(self).saves(self.state.get(p, {})) for _, p in self._each()]
        return {**super().state_dict(), "states": states}

    def load_state_dict(self, saved):
        super().load_state_dict({**saved, "states": [{} for _ in self._each()]})
        self.state = {
            p: type(self).loads(state) for (_, p), state in zip(self._each(), saved["states"], strict=True)
        }


def _itself(state):
    return state


@mistake("state_dict holds the very dicts of the state, which later steps fill anew: copy them")
class states_saved_without_copy(_Shares):
    saves = staticmethod(_itself)


@mistake("state_dict holds the very tensors of the state, which later steps change in place: copy them")
class tensors_saved_without_copy(_Shares):
    saves = dict


@mistake("load_state_dict took the saved tensors themselves, and steps change them in place: copy them")
class tensors_loaded_without_copy(_Shares):
    loads = dict


@mistake("the step count is not saved, or not loaded: a resumed optimiser counts on, not from 1")
class count_not_saved(AdamW):
    def state_dict(self):
        saved = super().state_dict()
        return {**saved, "states": [{**state, "t": 0} if state else state for state in saved["states"]]}


@mistake(
    "the averages start on the CPU: torch.zeros_like(p) lies where the parameter does, torch.zeros(p.shape) not"
)
class state_on_the_cpu(AdamW):
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    torch.zeros(p.shape, dtype=p.dtype).add_(p.grad)
        super().step()
