"""Wrong variants of optimizers.Adagrad."""

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


@mistake("the root is missing: divide by sqrt(s) + eps")
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


@mistake("options out of range were accepted: raise a ValueError that names the option")
class options_not_checked(Adagrad):
    def __init__(self, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
        params = list(params)
        try:
            super().__init__(params, lr, lr_decay, weight_decay, initial_accumulator_value, eps)
        except ValueError:
            if not params:
                raise


@mistake("state_dict holds the very dicts of the state, which later steps fill anew: copy them")
class states_saved_without_copy(Adagrad):
    def state_dict(self):
        for group in self.param_groups:
            for p in group["params"]:
                self.state.setdefault(p, {})
        states = [self.state[p] for group in self.param_groups for p in group["params"]]
        return {**super().state_dict(), "states": states}


@mistake("state_dict holds the very tensors of the state, which later steps change in place: copy them")
class tensors_saved_without_copy(Adagrad):
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
