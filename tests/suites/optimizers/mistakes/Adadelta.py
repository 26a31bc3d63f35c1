"""Wrong variants of optimizers.Adadelta."""

import copy

import torch

from grader.suite import mistake, reference

Adadelta = reference("optimizers").Adadelta


class _ByRule(Adadelta):
    """Steps by a rule of its own for each parameter."""

    def step(self):
        with torch.no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is not None:
                        self.rule(group, p, p.grad, self.state.setdefault(p, {}))


class _WithMeans(_ByRule):
    """Adadelta with one line changed."""

    def rule(self, group, p, g, state):
        rho, eps, lr = group["rho"], group["eps"], group["lr"]
        g = g + group["weight_decay"] * p
        s = state["s"] = self.average(rho, state.get("s", torch.zeros_like(p)), g**2)
        u = state.get("u", torch.zeros_like(p))
        d = self.step_of(u, s, g, eps)
        state["u"] = self.average(rho, u, self.counted(lr, d) ** 2)
        p -= self.applied(lr) * d

    def average(self, rho, mean, square):
        return rho * mean + (1 - rho) * square

    def step_of(self, u, s, g, eps):
        return (u + eps).sqrt() / (s + eps).sqrt() * g

    def counted(self, lr, d):
        return d

    def applied(self, lr):
        return lr


@mistake("eps is outside the roots: it is added inside both")
class eps_outside_the_roots(_WithMeans):
    def step_of(self, u, s, g, eps):
        return (u.sqrt() + eps) / (s.sqrt() + eps) * g


@mistake("eps stands in one root only: it is added inside both")
class eps_in_one_root(_WithMeans):
    def step_of(self, u, s, g, eps):
        return (u + eps).sqrt() / s.sqrt() * g


@mistake("the roots are missing: d = sqrt(u + eps) / sqrt(s + eps) * g")
class no_roots(_WithMeans):
    def step_of(self, u, s, g, eps):
        return (u + eps) / (s + eps) * g


@mistake("the quotient is upside down: d = sqrt(u + eps) / sqrt(s + eps) * g")
class upside_down(_WithMeans):
    def step_of(self, u, s, g, eps):
        return (s + eps).sqrt() / (u + eps).sqrt() * g


@mistake("the steps were averaged before d was made: d uses u as it was")
class steps_averaged_first(_ByRule):
    def rule(self, group, p, g, state):
        rho, eps = group["rho"], group["eps"]
        g = g + group["weight_decay"] * p
        s = state["s"] = rho * state.get("s", torch.zeros_like(p)) + (1 - rho) * g**2
        u = state.get("u", torch.zeros_like(p))
        d = (u + eps).sqrt() / (s + eps).sqrt() * g
        u = state["u"] = rho * u + (1 - rho) * d**2
        p -= group["lr"] * (u + eps).sqrt() / (s + eps).sqrt() * g


@mistake("the mean of squared steps counts lr * d: lr is no part of it")
class rate_inside_the_mean(_WithMeans):
    def counted(self, lr, d):
        return lr * d


@mistake("lr was ignored: p moves by lr * d")
class rate_ignored(_WithMeans):
    def applied(self, lr):
        return 1.0


@mistake("rho and 1 - rho are swapped: rho is the share of the old mean")
class rho_swapped(_WithMeans):
    def average(self, rho, mean, square):
        return (1 - rho) * mean + rho * square


@mistake("a missing gradient was taken for zeros: skip a parameter whose grad is None, and its state")
class missing_gradient_as_zero(Adadelta):
    def step(self):
        missing = [p for group in self.param_groups for p in group["params"] if p.grad is None]
        for p in missing:
            p.grad = torch.zeros_like(p)
        super().step()
        for p in missing:
            p.grad = None


@mistake("the state is not in state_dict, or not loaded: after resuming it starts anew")
class state_not_saved(Adadelta):
    def state_dict(self):
        return {
            **super().state_dict(),
            "states": [{} for group in self.param_groups for _ in group["params"]],
        }


@mistake("the hyper-parameters are not in state_dict, or not loaded: they are resumed with the state")
class options_not_saved(Adadelta):
    def state_dict(self):
        return {**super().state_dict(), "groups": [{} for _ in self.param_groups]}


@mistake("zero_grad filled the gradients with 0: set them to None, so that the next step skips them")
class zeros_for_none(Adadelta):
    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None if p.grad is None else torch.zeros_like(p)


@mistake("params was walked twice, and a generator is empty the second time: make a list of it")
class generator_used_up(Adadelta):
    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
        once = not isinstance(params, (list, tuple))
        super().__init__(params, lr, rho, eps, weight_decay)
        self.empty = once

    def step(self):
        super().step()
        if self.empty:
            self.param_groups[0]["params"] = []


@mistake("the weight decay was added to p.grad itself: make a new tensor, and leave the gradient as it is")
class gradient_changed(Adadelta):
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
class decay_ignored(_WithMeans):
    def rule(self, group, p, g, state):
        super().rule({**group, "weight_decay": 0}, p, g, state)


@mistake("the weight decay has the wrong sign: weights grow instead of shrinking")
class decay_with_the_wrong_sign(_WithMeans):
    def rule(self, group, p, g, state):
        super().rule({**group, "weight_decay": -group["weight_decay"]}, p, g, state)


@mistake("the factors 1 - rho are missing: s = rho * s + (1 - rho) * g^2, and u likewise")
class no_one_minus_rho(_WithMeans):
    def average(self, rho, mean, square):
        return rho * mean + square


@mistake("the options were read once, in the constructor: read all of them from the group, in every step")
class options_read_once(Adadelta):
    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
        super().__init__(params, lr, rho, eps, weight_decay)
        self.given = {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay}

    def step(self):
        groups = self.param_groups
        self.param_groups = [{**self.given, "params": group["params"]} for group in groups]
        super().step()
        self.param_groups = groups


@mistake("lr of the constructor holds for all groups: a group has its own, read anew in every step")
class one_rate_for_all_groups(Adadelta):
    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
        super().__init__(params, lr, rho, eps, weight_decay)
        self.lr = lr

    def step(self):
        groups = self.param_groups
        self.param_groups = [{**group, "lr": self.lr} for group in groups]
        super().step()
        self.param_groups = groups


@mistake("options of a group were ignored: where a group has its own, they hold for it")
class options_of_groups_ignored(Adadelta):
    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
        given = [{"params": part["params"]} if isinstance(part, dict) else part for part in params]
        super().__init__(given, lr, rho, eps, weight_decay)


@mistake("only the first group is stepped: walk all of them")
class first_group_only(Adadelta):
    def step(self):
        groups = self.param_groups
        self.param_groups = groups[:1]
        super().step()
        self.param_groups = groups


@mistake("a missing gradient raised an exception: skip a parameter whose grad is None")
class missing_gradient_fails(Adadelta):
    def step(self):
        if any(p.grad is None for group in self.param_groups for p in group["params"]):
            raise TypeError("unsupported operand type(s)")
        super().step()


@mistake("the parameter was replaced (p = ..., or p.data = ...): change it in place, in its own memory")
class new_memory(Adadelta):
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.data = p.data.clone()
        super().step()


@mistake("the parameters never move: p = p - ... makes another tensor, as a step on a copy does; change p in place")
class steps_lost(Adadelta):
    def step(self):
        before = [(p, p.detach().clone()) for group in self.param_groups for p in group["params"]]
        super().step()
        for p, value in before:
            p.data.copy_(value)


@mistake("the steps go uphill: subtract them")
class uphill(Adadelta):
    def step(self):
        before = [(p, p.detach().clone()) for group in self.param_groups for p in group["params"]]
        super().step()
        for p, value in before:
            p.data.copy_(2 * value - p.detach())


@mistake("the update is not under torch.no_grad: a parameter that requires gradients cannot be changed so")
class no_grad_missing(Adadelta):
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


class _StateByKey(Adadelta):
    """Keeps its state under `key` of a parameter."""

    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
        super().__init__(params, lr, rho, eps, weight_decay)
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
class sliced(Adadelta):
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.data[:].add_(0)
        super().step()


class _Shares(Adadelta):
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
class graph_grows(Adadelta):
    def step(self):
        super().step()
        for p, state in self.state.items():
            for name, value in state.items():
                if isinstance(value, torch.Tensor):
                    state[name] = value + 0 * p


@mistake(
    "the averages start on the CPU: torch.zeros_like(p) lies where the parameter does, torch.zeros(p.shape) not"
)
class state_on_the_cpu(Adadelta):
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    torch.zeros(p.shape, dtype=p.dtype).add_(p.grad)
        super().step()
