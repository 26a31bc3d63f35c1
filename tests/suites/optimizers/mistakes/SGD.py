"""Wrong variants of optimizers.SGD."""

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


@mistake(
    "after the first step the velocity is an average: it is mu * v + (1 - dampening) * g, not (1 - mu) * g"
)
class average_after_the_first_step(_ByRule):
    def rule(self, group, p, g, state):
        mu, g = group["momentum"], g + group["weight_decay"] * p
        state["v"] = mu * state["v"] + (1 - mu) * g if "v" in state else g
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


@mistake("the weight decay was multiplied by lr twice: it is added to the gradient as it is")
class decay_times_rate_squared(_ByRule):
    def rule(self, group, p, g, state):
        mu, g = group["momentum"], g + group["lr"] * group["weight_decay"] * p
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


@mistake("the update is not under torch.no_grad: the state keeps a graph that grows with every step")
class graph_grows(SGD):
    def step(self):
        with torch.enable_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is None:
                        continue
                    mu, g, state = (
                        group["momentum"],
                        p.grad + group["weight_decay"] * p,
                        self.state.setdefault(p, {}),
                    )
                    v = g if "v" not in state or not mu else mu * state["v"] + (1 - group["dampening"]) * g
                    state["v"] = v
                    p.data -= group["lr"] * (g + mu * v if group["nesterov"] else v).detach()


@mistake("nesterov with a dampening, or without momentum, was accepted: raise a ValueError")
class nesterov_not_checked(SGD):
    def __init__(self, params, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False):
        params = list(params)
        bare = [
            {k: v for k, v in part.items() if k != "nesterov"} if isinstance(part, dict) else part
            for part in params
        ]
        super().__init__(bare, lr, momentum, dampening, weight_decay)
        for i, group in enumerate(self.param_groups):
            group["nesterov"] = (
                params[i].get("nesterov", nesterov) if isinstance(params[i], dict) else nesterov
            )


@mistake("lr was read once, in the constructor: read it from its group in every step")
class rate_read_once(SGD):
    def __init__(self, params, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False):
        super().__init__(params, lr, momentum, dampening, weight_decay, nesterov)
        self.rates = [group["lr"] for group in self.param_groups]

    def step(self):
        now = [group["lr"] for group in self.param_groups]
        for group, lr in zip(self.param_groups, self.rates, strict=True):
            group["lr"] = lr
        super().step()
        for group, lr in zip(self.param_groups, now, strict=True):
            group["lr"] = lr


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


@mistake("zero_grad forgot the other groups: it walks all of them")
class zero_grad_of_the_first_group(SGD):
    def zero_grad(self):
        for p in self.param_groups[0]["params"]:
            p.grad = None


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


@mistake("state_dict holds the very dicts of the state, which later steps fill anew: copy them")
class states_saved_without_copy(SGD):
    def state_dict(self):
        for group in self.param_groups:
            for p in group["params"]:
                self.state.setdefault(p, {})
        states = [self.state[p] for group in self.param_groups for p in group["params"]]
        return {**super().state_dict(), "states": states}


@mistake("load_state_dict took the saved state itself: later steps change `saved`; copy it")
class loaded_without_copy(SGD):
    def load_state_dict(self, saved):
        super().load_state_dict(saved)
        params = [p for group in self.param_groups for p in group["params"]]
        self.state = {p: state for p, state in zip(params, saved["states"], strict=True) if state}


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


@mistake("the params of a group were walked twice, and a generator is empty then: make a list of them")
class generator_in_a_group_used_up(SGD):
    def __init__(self, params, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False):
        params = list(params)
        once = [isinstance(part, dict) and not isinstance(part["params"], (list, tuple)) for part in params]
        super().__init__(params, lr, momentum, dampening, weight_decay, nesterov)
        self.empty = any(once)

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


@mistake("parameters of one shape share their state: keep it for each parameter, by identity")
class state_by_shape(SGD):
    def step(self):
        groups, self.param_groups = self.param_groups, []
        kept = self.state
        shapes = self.__dict__.setdefault("shapes", {})
        for group in groups:
            for p in group["params"]:
                self.param_groups, self.state = [{**group, "params": [p]}], {}
                if p.shape in shapes:
                    self.state[p] = shapes[p.shape]
                super().step()
                if p in self.state:
                    shapes[p.shape] = kept[p] = self.state[p]
        self.param_groups, self.state = groups, kept


@mistake("options out of range were accepted: raise a ValueError that names the option")
class options_not_checked(SGD):
    def __init__(self, params, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False):
        params = list(params)
        try:
            super().__init__(params, lr, momentum, dampening, weight_decay, nesterov)
        except ValueError:
            if not params:
                raise


@mistake("options of a group were not checked: out of range they raise a ValueError there too")
class options_of_groups_not_checked(SGD):
    def __init__(self, params, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False):
        params = list(params)
        if params and isinstance(params[0], dict):
            super().__init__(
                [{"params": part["params"]} for part in params],
                lr,
                momentum,
                dampening,
                weight_decay,
                nesterov,
            )
            self.param_groups = [
                {**a, **b, "params": a["params"]} for a, b in zip(self.param_groups, params, strict=True)
            ]
        else:
            super().__init__(params, lr, momentum, dampening, weight_decay, nesterov)


@mistake("an empty params was accepted: raise a ValueError")
class no_parameters_accepted(SGD):
    def __init__(self, params, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False):
        params = list(params)
        super().__init__(params or [torch.zeros(0)], lr, momentum, dampening, weight_decay, nesterov)


@mistake("state_dict holds the very tensors of the state, which later steps change in place: copy them")
class tensors_saved_without_copy(SGD):
    def step(self):
        before = {p: dict(state) for p, state in self.state.items()}
        super().step()
        for p, state in before.items():
            for name, value in state.items():
                if isinstance(value, torch.Tensor):
                    self.state[p][name] = value.copy_(self.state[p][name])

    def state_dict(self):
        states = [dict(self.state.get(p, {})) for group in self.param_groups for p in group["params"]]
        return {**super().state_dict(), "states": states}
