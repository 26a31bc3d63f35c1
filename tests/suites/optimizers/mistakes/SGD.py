"""Wrong variants of optimizers.SGD."""

import copy

import torch

from grader.suite import mistake, reference

SGD = reference("optimizers").SGD


class _ByRule(SGD):
    """Steps by a rule of its own for each parameter."""

    def step(self):
        with torch.no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is not None:
                        self.rule(group, p, p.grad, self.state.setdefault(p, {}))


@mistake("the velocity is an average: v = mu * v + (1 - mu) * g; here it is mu * v + (1 - dampening) * g")
class velocity_as_average(_ByRule):
    def rule(self, group, p, g, state):
        mu, g = group["momentum"], g + group["weight_decay"] * p
        state["v"] = mu * state.get("v", torch.zeros_like(p)) + (1 - mu) * g
        p -= group["lr"] * (g + mu * state["v"] if group["nesterov"] else state["v"])


@mistake("lr is part of the velocity: v holds no lr, so that a new lr acts on the whole step")
class rate_inside_the_velocity(_ByRule):
    def rule(self, group, p, g, state):
        mu, lr, g = group["momentum"], group["lr"], g + group["weight_decay"] * p
        state["v"] = mu * state["v"] + (1 - group["dampening"]) * lr * g if state.get("mu") and mu else lr * g
        state["mu"] = mu
        p -= lr * g + mu * state["v"] if group["nesterov"] else state["v"]


@mistake("the first step was dampened: the velocity starts as the gradient itself")
class first_step_dampened(_ByRule):
    def rule(self, group, p, g, state):
        mu, g = group["momentum"], g + group["weight_decay"] * p
        state["v"] = mu * state.get("v", 0) + (1 - group["dampening"] * (mu != 0)) * g
        p -= group["lr"] * (g + mu * state["v"] if group["nesterov"] else state["v"])


@mistake("the velocity is forgotten after each step: keep it for the next one")
class velocity_forgotten(_ByRule):
    def rule(self, group, p, g, state):
        g = g + group["weight_decay"] * p
        p -= group["lr"] * (g + group["momentum"] * g if group["nesterov"] else g)


@mistake("momentum was ignored")
class momentum_ignored(_ByRule):
    def rule(self, group, p, g, state):
        p -= group["lr"] * (g + group["weight_decay"] * p)


@mistake("dampening was ignored: v = mu * v + (1 - dampening) * g")
class dampening_ignored(SGD):
    def step(self):
        kept = [group["dampening"] for group in self.param_groups]
        for group in self.param_groups:
            group["dampening"] = 0
        super().step()
        for group, dampening in zip(self.param_groups, kept, strict=True):
            group["dampening"] = dampening


@mistake("nesterov was ignored: it steps along g + mu * v")
class nesterov_ignored(_ByRule):
    def rule(self, group, p, g, state):
        mu, g = group["momentum"], g + group["weight_decay"] * p
        first = "v" not in state
        state["v"] = g if first or not mu else mu * state["v"] + (1 - group["dampening"]) * g
        p -= group["lr"] * state["v"]


@mistake("with nesterov the step is mu * v alone: it is g + mu * v")
class nesterov_without_the_gradient(_ByRule):
    def rule(self, group, p, g, state):
        mu, g = group["momentum"], g + group["weight_decay"] * p
        first = "v" not in state
        state["v"] = g if first or not mu else mu * state["v"] + (1 - group["dampening"]) * g
        p -= group["lr"] * (mu * state["v"] if group["nesterov"] else state["v"])


@mistake("the weight decay came after the momentum: it is added to the gradient, before the velocity")
class decay_after_momentum(SGD):
    def step(self):
        before = [
            (p, group["lr"] * group["weight_decay"] * p.detach())
            for group in self.param_groups
            for p in group["params"]
            if p.grad is not None
        ]
        kept = [group["weight_decay"] for group in self.param_groups]
        for group in self.param_groups:
            group["weight_decay"] = 0
        super().step()
        for group, decay in zip(self.param_groups, kept, strict=True):
            group["weight_decay"] = decay
        for p, decay in before:
            p.data -= decay


@mistake("the weight decay has the wrong sign: weights grow instead of shrinking")
class decay_with_the_wrong_sign(_ByRule):
    def rule(self, group, p, g, state):
        mu, g = group["momentum"], g - group["weight_decay"] * p
        first = "v" not in state
        v = state["v"] = g if first or not mu else mu * state["v"] + (1 - group["dampening"]) * g
        p -= group["lr"] * (g + mu * v if group["nesterov"] else v)


@mistake("weight_decay was ignored")
class decay_ignored(_ByRule):
    def rule(self, group, p, g, state):
        mu = group["momentum"]
        first = "v" not in state
        v = state["v"] = g.clone() if first or not mu else mu * state["v"] + (1 - group["dampening"]) * g
        p -= group["lr"] * (g + mu * v if group["nesterov"] else v)


@mistake("the velocity is the grad tensor itself, and the next backward pass writes into it: clone it")
class velocity_is_the_gradient(_ByRule):
    def rule(self, group, p, g, state):
        mu, d = group["momentum"], g + group["weight_decay"] * p if group["weight_decay"] else g
        first = "v" not in state
        v = state["v"] = d if first or not mu else mu * state["v"] + (1 - group["dampening"]) * d
        p -= group["lr"] * (d + mu * v if group["nesterov"] else v)


@mistake("options of a group were ignored: where a group has its own, they hold for it")
class options_of_groups_ignored(SGD):
    def __init__(self, params, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False):
        given = [{"params": part["params"]} if isinstance(part, dict) else part for part in params]
        super().__init__(given, lr, momentum, dampening, weight_decay, nesterov)


@mistake("only the first group is stepped: walk all of them")
class first_group_only(SGD):
    def step(self):
        groups = self.param_groups
        self.param_groups = groups[:1]
        super().step()
        self.param_groups = groups


@mistake("a missing gradient was taken for zeros: skip a parameter whose grad is None, and its state")
class missing_gradient_as_zero(SGD):
    def step(self):
        missing = [p for group in self.param_groups for p in group["params"] if p.grad is None]
        for p in missing:
            p.grad = torch.zeros_like(p)
        super().step()
        for p in missing:
            p.grad = None


@mistake("a missing gradient raised an exception: skip a parameter whose grad is None")
class missing_gradient_fails(SGD):
    def step(self):
        if any(p.grad is None for group in self.param_groups for p in group["params"]):
            raise TypeError("unsupported operand type(s)")
        super().step()


@mistake("zero_grad filled the gradients with 0: set them to None, so that the next step skips them")
class zeros_for_none(SGD):
    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None if p.grad is None else torch.zeros_like(p)


@mistake("the state is not in state_dict, or not loaded: after resuming it starts anew")
class state_not_saved(SGD):
    def state_dict(self):
        return {
            **super().state_dict(),
            "states": [{} for group in self.param_groups for _ in group["params"]],
        }


@mistake("the hyper-parameters are not in state_dict, or not loaded: they are resumed with the state")
class options_not_saved(SGD):
    def state_dict(self):
        return {**super().state_dict(), "groups": [{} for _ in self.param_groups]}


@mistake("params was walked twice, and a generator is empty the second time: make a list of it")
class generator_used_up(SGD):
    def __init__(self, params, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False):
        once = not isinstance(params, (list, tuple))
        super().__init__(params, lr, momentum, dampening, weight_decay, nesterov)
        self.empty = once

    def step(self):
        super().step()
        if self.empty:
            self.param_groups[0]["params"] = []


@mistake("the weight decay was added to p.grad itself: make a new tensor, and leave the gradient as it is")
class gradient_changed(SGD):
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


@mistake("the parameter was replaced (p = ..., or p.data = ...): change it in place, in its own memory")
class new_memory(SGD):
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.data = p.data.clone()
        super().step()


@mistake("the velocity is the grad tensor itself, and v.mul_(mu) writes into it: clone it")
class velocity_is_the_gradient_in_place(_ByRule):
    def rule(self, group, p, g, state):
        mu, d = group["momentum"], g + group["weight_decay"] * p if group["weight_decay"] else g
        if mu and "v" in state:
            state["v"].mul_(mu).add_(d, alpha=1 - group["dampening"])
        v = state.setdefault("v", d) if mu else d
        p -= group["lr"] * (d + mu * v if group["nesterov"] else v)


class _WithVelocity(_ByRule):
    """SGD with one line changed."""

    def rule(self, group, p, g, state):
        mu, g = group["momentum"], g + group["weight_decay"] * p
        old = state.get("v")
        v = g if old is None or not mu else mu * old + (1 - group["dampening"]) * g
        if mu:
            state["v"] = v.clone()
        p -= group["lr"] * (self.ahead(mu, g if old is None else old, v, g) if group["nesterov"] else v)

    def ahead(self, mu, old, v, g):
        return g + mu * v


@mistake("with nesterov the velocity lacks its factor: the step is g + mu * v, not g + v")
class nesterov_without_momentum(_WithVelocity):
    def ahead(self, mu, old, v, g):
        return g + v


@mistake("the weight decay came after the step: it is added to the gradient, before the velocity")
class decay_after_the_step(_WithVelocity):
    def rule(self, group, p, g, state):
        super().rule({**group, "weight_decay": 0}, p, g, state)
        p -= group["lr"] * group["weight_decay"] * p


@mistake("the options were read once, in the constructor: read all of them from the group, in every step")
class options_read_once(SGD):
    def __init__(self, params, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False):
        super().__init__(params, lr, momentum, dampening, weight_decay, nesterov)
        self.given = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
        }

    def step(self):
        groups = self.param_groups
        self.param_groups = [{**self.given, "params": group["params"]} for group in groups]
        super().step()
        self.param_groups = groups


@mistake("lr of the constructor holds for all groups: a group has its own, read anew in every step")
class one_rate_for_all_groups(SGD):
    def __init__(self, params, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False):
        super().__init__(params, lr, momentum, dampening, weight_decay, nesterov)
        self.lr = lr

    def step(self):
        groups = self.param_groups
        self.param_groups = [{**group, "lr": self.lr} for group in groups]
        super().step()
        self.param_groups = groups


@mistake("the parameters never move: p = p - ... makes another tensor, as a step on a copy does; change p in place")
class steps_lost(SGD):
    def step(self):
        before = [(p, p.detach().clone()) for group in self.param_groups for p in group["params"]]
        super().step()
        for p, value in before:
            p.data.copy_(value)


@mistake("the steps go uphill: subtract them")
class uphill(SGD):
    def step(self):
        before = [(p, p.detach().clone()) for group in self.param_groups for p in group["params"]]
        super().step()
        for p, value in before:
            p.data.copy_(2 * value - p.detach())


@mistake("the update is not under torch.no_grad: a parameter that requires gradients cannot be changed so")
class no_grad_missing(SGD):
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


class _StateByKey(SGD):
    """Keeps its state under `key` of a parameter."""

    def __init__(self, params, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False):
        super().__init__(params, lr, momentum, dampening, weight_decay, nesterov)
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
class sliced(SGD):
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.data[:].add_(0)
        super().step()


class _Shares(SGD):
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
class graph_grows(SGD):
    def step(self):
        super().step()
        for p, state in self.state.items():
            for name, value in state.items():
                if isinstance(value, torch.Tensor):
                    state[name] = value + 0 * p


@mistake(
    "the velocity starts on the CPU: torch.zeros_like(p) lies where the parameter does, torch.zeros(p.shape) not"
)
class state_on_the_cpu(SGD):
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None and group["momentum"]:
                    torch.zeros(p.shape, dtype=p.dtype).add_(p.grad)
        super().step()
