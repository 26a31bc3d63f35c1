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


@mistake("only the last square counts: add up those of all steps")
class sum_forgotten(_WithSum):
    def add(self, s, g):
        return g**2


@mistake("the sum is updated after the step: the square of this gradient counts already")
class sum_one_step_late(_ByRule):
    def rule(self, group, p, g, state):
        state["t"] = state.get("t", 0) + 1
        g = g + group["weight_decay"] * p
        s = state.get("s", torch.full_like(p, group["initial_accumulator_value"]))
        p -= group["lr"] / (1 + (state["t"] - 1) * group["lr_decay"]) * g / (s.sqrt() + group["eps"])
        state["s"] = s + g**2


@mistake("eps is inside the root: it is added to the root")
class eps_inside_the_root(_WithSum):
    def quotient(self, g, s, eps):
        return g / (s + eps).sqrt()


@mistake("the step was divided by s, not by its root (or the root was taken and not used): sqrt(s) + eps")
class no_root(_WithSum):
    def quotient(self, g, s, eps):
        return g / (s + eps)


@mistake("gradients were added up without a square")
class sum_of_absolute_values(_WithSum):
    def add(self, s, g):
        return (s.sqrt() + g.abs()) ** 2


@mistake("all entries share one sum, the squared norm: each has its own")
class one_sum_for_all_entries(_WithSum):
    def add(self, s, g):
        return s + (g**2).sum()


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


@mistake("weight_decay was ignored, or came too late: g = g + wd * p stands first")
class decay_apart_from_the_sum(_ByRule):
    def rule(self, group, p, g, state):
        state["t"] = state.get("t", 0) + 1
        s = state["s"] = state.get("s", torch.full_like(p, group["initial_accumulator_value"])) + g**2
        lr = group["lr"] / (1 + (state["t"] - 1) * group["lr_decay"])
        p.mul_(1 - lr * group["weight_decay"]).sub_(lr * g / (s.sqrt() + group["eps"]))


@mistake("lr was read once, in the constructor: read it from its group in every step")
class rate_read_once(Adagrad):
    def __init__(self, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
        super().__init__(params, lr, lr_decay, weight_decay, initial_accumulator_value, eps)
        self.rates = [group["lr"] for group in self.param_groups]

    def step(self):
        now = [group["lr"] for group in self.param_groups]
        for group, lr in zip(self.param_groups, self.rates, strict=True):
            group["lr"] = lr
        super().step()
        for group, lr in zip(self.param_groups, now, strict=True):
            group["lr"] = lr


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


@mistake("the weight decay was multiplied by lr twice: it is added to the gradient as it is")
class decay_times_rate_squared(_WithSum):
    def rule(self, group, p, g, state):
        super().rule({**group, "weight_decay": group["lr"] * group["weight_decay"]}, p, g, state)


@mistake("the weight decay came after the step, by itself: g = g + wd * p stands first")
class decay_after_the_step(_WithSum):
    def rule(self, group, p, g, state):
        super().rule({**group, "weight_decay": 0}, p, g, state)
        p *= 1 - group["lr"] * group["weight_decay"]


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


@mistake("eps was ignored: it is added to the root")
class eps_ignored(_WithSum):
    def quotient(self, g, s, eps):
        return g / s.sqrt()


@mistake("the sum holds |g|, and no root is taken: add up squares, and divide by their root")
class plain_sum(_WithSum):
    def add(self, s, g):
        return s + g.abs()


@mistake("the sum was averaged over the steps: it is the sum of all squares")
class mean_of_squares(_ByRule):
    def rule(self, group, p, g, state):
        t = state["t"] = state.get("t", 0) + 1
        g = g + group["weight_decay"] * p
        s = state["s"] = state.get("s", torch.full_like(p, group["initial_accumulator_value"])) + g**2
        p -= group["lr"] / (1 + (t - 1) * group["lr_decay"]) * g / ((s / t).sqrt() + group["eps"])


@mistake("the rate decays as a power: it is lr / (1 + (t - 1) * lr_decay)")
class rate_decay_as_power(_WithSum):
    def rate(self, group, t):
        return group["lr"] * (1 - group["lr_decay"]) ** (t - 1)


@mistake("the sign of lr_decay is wrong: it is a divisor, lr / (1 + (t - 1) * lr_decay), no factor")
class rate_grows(_WithSum):
    def rate(self, group, t):
        return group["lr"] * (1 + (t - 1) * group["lr_decay"])


@mistake("the divisor of the rate is lr_decay * (t - 1) alone, or 1 at first: add 1 to it")
class divisor_without_one(_WithSum):
    def rate(self, group, t):
        return group["lr"] / ((t - 1) * group["lr_decay"] or 1)


@mistake("the weight decay reaches the sum but not the step: g = g + wd * p stands first, for both")
class decay_in_the_sum_alone(_WithSum):
    def rule(self, group, p, g, state):
        decay = group["weight_decay"] * p
        keep = self.quotient
        self.quotient = lambda d, s, eps: keep(d - decay, s, eps)
        super().rule(group, p, g, state)
        del self.quotient


@mistake("the weight decay reaches the step but not the sum: g = g + wd * p stands first, for both")
class decay_in_the_step_alone(_WithSum):
    def rule(self, group, p, g, state):
        decay = group["weight_decay"] * p
        keep = self.quotient
        self.quotient = lambda d, s, eps: keep(d + decay, s, eps)
        super().rule({**group, "weight_decay": 0}, p, g, state)
        del self.quotient


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


@mistake("lr was kept from the constructor, once for each group: a new one in param_groups holds at once")
class first_rate_kept_in_the_group(Adagrad):
    def __init__(self, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
        super().__init__(params, lr, lr_decay, weight_decay, initial_accumulator_value, eps)
        for group in self.param_groups:
            group["first"] = group["lr"]

    def step(self):
        groups = self.param_groups
        self.param_groups = [{**group, "lr": group["first"]} for group in groups]
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


@mistake("a method of a missing gradient was called: skip a parameter whose grad is None")
class missing_gradient_has_no_methods(Adagrad):
    def step(self):
        if any(p.grad is None for group in self.param_groups for p in group["params"]):
            raise AttributeError("'NoneType' object has no attribute")
        super().step()


@mistake("step ended where a gradient was missing (break or return): skip that parameter alone (continue)")
class stops_at_a_missing_gradient(Adagrad):
    def step(self):
        groups, self.param_groups = self.param_groups, []
        for group in groups:
            missing = [p.grad is None for p in group["params"]]
            self.param_groups.append(
                {**group, "params": group["params"][: missing.index(True)]} if any(missing) else group
            )
        super().step()
        self.param_groups = groups


@mistake("zero_grad does nothing: set the grad of every parameter to None")
class zero_grad_does_nothing(Adagrad):
    def zero_grad(self):
        pass


@mistake("zero_grad forgot the other groups: it walks all of them")
class zero_grad_of_the_first_group(Adagrad):
    def zero_grad(self):
        for p in self.param_groups[0]["params"]:
            p.grad = None


@mistake(
    "a generator of params was walked before it was stored, so nothing is ever stepped: make a list first"
)
class generator_empty_at_once(Adagrad):
    def __init__(self, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
        once = not isinstance(params, (list, tuple))
        super().__init__(params, lr, lr_decay, weight_decay, initial_accumulator_value, eps)
        if once:
            self.param_groups[0]["params"] = []


@mistake("params was taken for a list (params[0], len(params)): it may be a generator, make a list of it")
class generator_not_taken(Adagrad):
    def __init__(self, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
        if not isinstance(params, (list, tuple)):
            raise TypeError("'generator' object is not subscriptable")
        super().__init__(params, lr, lr_decay, weight_decay, initial_accumulator_value, eps)


@mistake("the params of a group were walked twice, and a generator is empty then: make a list of them")
class generator_in_a_group_used_up(Adagrad):
    def __init__(self, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
        params = list(params)
        once = [isinstance(part, dict) and not isinstance(part["params"], (list, tuple)) for part in params]
        super().__init__(params, lr, lr_decay, weight_decay, initial_accumulator_value, eps)
        self.empty = any(once)

    def step(self):
        super().step()
        if self.empty:
            self.param_groups[0]["params"] = []


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


@mistake("parameters of one shape share their state: keep it for each parameter, by identity")
class state_by_shape(_StateByKey):
    def key(self, p):
        return p.shape


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
    fresh = ()  # what a step makes anew, while it changes the rest in place

    def step(self):
        groups = self.param_groups
        known = dict(self.state)
        for group, p in self._each():
            if p.grad is None:
                continue
            kept = known.setdefault(p, {})
            self.param_groups, self.state = [{**group, "params": [p]}], {p: dict(kept)} if kept else {}
            old = {k: v for k, v in kept.items() if isinstance(v, torch.Tensor) and k not in self.fresh}
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


@mistake("state_dict holds the very dicts of the state, also those that are still empty: copy them")
class states_saved_as_they_are(states_saved_without_copy):
    def state_dict(self):
        for _, p in self._each():
            self.state.setdefault(p, {})
        return super().state_dict()


@mistake("state_dict holds the very tensors of the state, which later steps change in place: copy them")
class tensors_saved_without_copy(_Shares):
    saves = dict


@mistake("load_state_dict took the saved state itself: later steps change `saved`; copy it")
class loaded_without_copy(_Shares):
    loads = staticmethod(_itself)


@mistake("load_state_dict took the saved tensors themselves, and steps change them in place: copy them")
class tensors_loaded_without_copy(_Shares):
    loads = dict


@mistake("state_dict and load_state_dict both pass the very dicts of the state on: both copy")
class nothing_copied(_Shares):
    saves = loads = staticmethod(_itself)


@mistake("state_dict and load_state_dict both pass the very tensors of the state on: both copy")
class no_tensor_copied(_Shares):
    saves = loads = dict


class _WithGraph(Adagrad):
    """Keeps its state in the graph of the weight decay."""

    def step(self):
        super().step()
        for p, state in self.state.items():
            for name, value in state.items():
                if isinstance(value, torch.Tensor):
                    state[name] = value + 0 * p


@mistake("the update is not under torch.no_grad: the state keeps a graph that grows with every step")
class graph_grows(_WithGraph):
    pass


@mistake("the state keeps a graph, and state_dict hands it on: work under torch.no_grad, or detach")
class graph_saved(_WithGraph):
    def state_dict(self):
        graph, self.state = self.state, {}
        empty = super().state_dict()
        self.state = graph
        parameters = [p for group in self.param_groups for p in group["params"]]
        copied = [
            {k: v.clone() if isinstance(v, torch.Tensor) else v for k, v in graph.get(p, {}).items()}
            for p in parameters
        ]
        return {**empty, "states": copied}


@mistake("the step count is not saved, or not loaded: a resumed optimiser counts on, not from 1")
class count_not_saved(Adagrad):
    def state_dict(self):
        saved = super().state_dict()
        return {**saved, "states": [{**state, "t": 0} if state else state for state in saved["states"]]}


@mistake("the sum s of squares is not saved, or not loaded: it is part of the state")
class sum_not_saved(Adagrad):
    def state_dict(self):
        saved = super().state_dict()
        for state in saved["states"]:
            if state:
                state["sum"] = torch.zeros_like(state["sum"])
        return saved


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


@mistake("the state is made on cuda, which is not everywhere: it lies on the device of its parameter")
class asked_for_cuda(Adagrad):
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    torch.zeros(p.shape, dtype=p.dtype, device="cuda").add_(p.grad)
        super().step()
