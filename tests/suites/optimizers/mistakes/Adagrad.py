"""Wrong variants of optimizers.Adagrad."""

import copy

import torch

from grader.suite import mistake, reference

Adagrad = reference("optimizers").Adagrad


class _ByRule(Adagrad):
    """Steps by a rule of its own for each parameter."""

    def step(self):
        with torch.no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is not None:
                        self.rule(group, p, p.grad, self.state.setdefault(p, {}))


class _WithSum(_ByRule):
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


@mistake("eps is inside the root: it is added to the root")
class eps_inside_the_root(_WithSum):
    def quotient(self, g, s, eps):
        return g / (s + eps).sqrt()


@mistake("the step was divided by s, not by its root (or the root was taken and not used): sqrt(s) + eps")
class no_root(_WithSum):
    def quotient(self, g, s, eps):
        return g / (s + eps)


@mistake("lr_decay was ignored: the rate is lr / (1 + (t - 1) * lr_decay)")
class rate_decay_ignored(_WithSum):
    def rate(self, group, t):
        return group["lr"]


@mistake("the rate decays from the first step on: it is lr / (1 + (t - 1) * lr_decay), t from 1")
class rate_decays_one_step_early(_WithSum):
    def rate(self, group, t):
        return group["lr"] / (1 + t * group["lr_decay"])


@mistake("the sum starts at 0 whatever initial_accumulator_value says")
class initial_value_ignored(_ByRule):
    def rule(self, group, p, g, state):
        state["t"] = state.get("t", 0) + 1
        g = g + group["weight_decay"] * p
        s = state["s"] = state.get("s", torch.zeros_like(p)) + g**2
        p -= group["lr"] / (1 + (state["t"] - 1) * group["lr_decay"]) * g / (s.sqrt() + group["eps"])


@mistake("a missing gradient was taken for zeros: skip a parameter whose grad is None, and its state")
class missing_gradient_as_zero(Adagrad):
    def step(self):
        missing = [p for group in self.param_groups for p in group["params"] if p.grad is None]
        for p in missing:
            p.grad = torch.zeros_like(p)
        super().step()
        for p in missing:
            p.grad = None


@mistake("the state is not in state_dict, or not loaded: after resuming it starts anew")
class state_not_saved(Adagrad):
    def state_dict(self):
        return {
            **super().state_dict(),
            "states": [{} for group in self.param_groups for _ in group["params"]],
        }


@mistake("the hyper-parameters are not in state_dict, or not loaded: they are resumed with the state")
class options_not_saved(Adagrad):
    def state_dict(self):
        return {**super().state_dict(), "groups": [{} for _ in self.param_groups]}


@mistake("zero_grad filled the gradients with 0: set them to None, so that the next step skips them")
class zeros_for_none(Adagrad):
    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None if p.grad is None else torch.zeros_like(p)


@mistake("params was walked twice, and a generator is empty the second time: make a list of it")
class generator_used_up(Adagrad):
    def __init__(self, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
        once = not isinstance(params, (list, tuple))
        super().__init__(params, lr, lr_decay, weight_decay, initial_accumulator_value, eps)
        self.empty = once

    def step(self):
        super().step()
        if self.empty:
            self.param_groups[0]["params"] = []


@mistake("the weight decay was added to p.grad itself: make a new tensor, and leave the gradient as it is")
class gradient_changed(Adagrad):
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.grad.add_(p.detach(), alpha=group["weight_decay"])
        decays = [group["weight_decay"] for group in self.param_groups]
        for group in self.param_groups:
            group["weight_decay"] = 0
        super().step()
        for group, decay in zip(self.param_groups, decays, strict=True):
            group["weight_decay"] = decay


@mistake("weight_decay was ignored")
class decay_ignored(_WithSum):
    def rule(self, group, p, g, state):
        super().rule({**group, "weight_decay": 0}, p, g, state)


@mistake("the weight decay has the wrong sign: weights grow instead of shrinking")
class decay_with_the_wrong_sign(_WithSum):
    def rule(self, group, p, g, state):
        super().rule({**group, "weight_decay": -group["weight_decay"]}, p, g, state)


@mistake("all parameters share one step count: each counts the steps in which it had a gradient")
class one_count_for_all(Adagrad):
    def step(self):
        self.count = self.__dict__.get("count", 0) + 1
        self.counted()
        super().step()

    def counted(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None and p in self.state:
                    self.state[p]["t"] = self.count - 1
                elif p.grad is not None:
                    start = torch.full_like(p, group["initial_accumulator_value"]).detach()
                    self.state[p] = {"t": self.count - 1, "sum": start}

    def state_dict(self):
        return {**super().state_dict(), "count": self.__dict__.get("count", 0)}

    def load_state_dict(self, saved):
        super().load_state_dict(saved)
        self.count = saved["count"]


@mistake("the options were read once, in the constructor: read all of them from the group, in every step")
class options_read_once(Adagrad):
    def __init__(self, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
        super().__init__(params, lr, lr_decay, weight_decay, initial_accumulator_value, eps)
        self.given = {
            "lr": lr,
            "lr_decay": lr_decay,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "eps": eps,
        }

    def step(self):
        groups = self.param_groups
        self.param_groups = [{**self.given, "params": group["params"]} for group in groups]
        super().step()
        self.param_groups = groups


@mistake("lr of the constructor holds for all groups: a group has its own, read anew in every step")
class one_rate_for_all_groups(Adagrad):
    def __init__(self, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
        super().__init__(params, lr, lr_decay, weight_decay, initial_accumulator_value, eps)
        self.lr = lr

    def step(self):
        groups = self.param_groups
        self.param_groups = [{**group, "lr": self.lr} for group in groups]
        super().step()
        self.param_groups = groups


@mistake("options of a group were ignored: where a group has its own, they hold for it")
class options_of_groups_ignored(Adagrad):
    def __init__(self, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
        given = [{"params": part["params"]} if isinstance(part, dict) else part for part in params]
        super().__init__(given, lr, lr_decay, weight_decay, initial_accumulator_value, eps)


@mistake("only the first group is stepped: walk all of them")
class first_group_only(Adagrad):
    def step(self):
        groups = self.param_groups
        self.param_groups = groups[:1]
        super().step()
        self.param_groups = groups


@mistake("a missing gradient raised an exception: skip a parameter whose grad is None")
class missing_gradient_fails(Adagrad):
    def step(self):
        if any(p.grad is None for group in self.param_groups for p in group["params"]):
            raise TypeError("unsupported operand type(s)")
        super().step()


@mistake("the parameter was replaced (p = ..., or p.data = ...): change it in place, in its own memory")
class new_memory(Adagrad):
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.data = p.data.clone()
        super().step()


@mistake("the parameters never move: p = p - ... makes another tensor, as a step on a copy does; change p in place")
class steps_lost(Adagrad):
    def step(self):
        before = [(p, p.detach().clone()) for group in self.param_groups for p in group["params"]]
        super().step()
        for p, value in before:
            p.data.copy_(value)


@mistake("the steps go uphill: subtract them")
class uphill(Adagrad):
    def step(self):
        before = [(p, p.detach().clone()) for group in self.param_groups for p in group["params"]]
        super().step()
        for p, value in before:
            p.data.copy_(2 * value - p.detach())


@mistake("the update is not under torch.no_grad: a parameter that requires gradients cannot be changed so")
class no_grad_missing(Adagrad):
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


class _StateByKey(Adagrad):
    """Keeps its state under `key` of a parameter."""

    def __init__(self, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
        super().__init__(params, lr, lr_decay, weight_decay, initial_accumulator_value, eps)
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
class sliced(Adagrad):
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.data[:].add_(0)
        super().step()


class _Shares(Adagrad):
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


@mistake("load_state_dict took the saved tensors themselves, and steps change them in place: copy them")
class tensors_loaded_without_copy(_Shares):
    loads = dict


@mistake("the update is not under torch.no_grad: the state keeps a graph that grows with every step")
class graph_grows(Adagrad):
    def step(self):
        super().step()
        for p, state in self.state.items():
            for name, value in state.items():
                if isinstance(value, torch.Tensor):
                    state[name] = value + 0 * p


@mistake("the step count is not saved, or not loaded: a resumed optimiser counts on, not from 1")
class count_not_saved(Adagrad):
    def state_dict(self):
        saved = super().state_dict()
        return {**saved, "states": [{**state, "t": 0} if state else state for state in saved["states"]]}


@mistake(
    "the sum starts on the CPU: torch.zeros_like(p) lies where the parameter does, torch.zeros(p.shape) not"
)
class state_on_the_cpu(Adagrad):
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    torch.zeros(p.shape, dtype=p.dtype).add_(p.grad)
        super().step()
