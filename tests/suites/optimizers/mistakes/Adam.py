"""Wrong variants of optimizers.Adam."""

import torch

from grader.suite import mistake, reference

Adam = reference("optimizers").Adam


class _ByRule(Adam):
    """Steps by a rule of its own for each parameter."""

    def step(self):
        with torch.no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is not None:
                        self.rule(group, p, p.grad, self.state.setdefault(p, {}))


class _WithAverages(_ByRule):
    """Adam with one line changed."""

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
        return g + group["weight_decay"] * p

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


@mistake("m is not corrected for its start at 0: divide it by 1 - beta1^t")
class first_not_corrected(_WithAverages):
    def corrected(self, m, s, beta1, beta2, t):
        return m, s / (1 - beta2**t)


@mistake("s is not corrected for its start at 0: divide it by 1 - beta2^t")
class second_not_corrected(_WithAverages):
    def corrected(self, m, s, beta1, beta2, t):
        return m / (1 - beta1**t), s


@mistake("the step count does not move, so the correction is that of the first step: t is 1, 2, 3, ...")
class count_stands_still(_WithAverages):
    def corrected(self, m, s, beta1, beta2, t):
        return super().corrected(m, s, beta1, beta2, 1)


@mistake("the step count is one too large: in the first step t is 1")
class count_from_two(_WithAverages):
    def corrected(self, m, s, beta1, beta2, t):
        return super().corrected(m, s, beta1, beta2, t + 1)


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


@mistake("the root is missing: divide by sqrt(s) + eps")
class no_root(_WithAverages):
    def quotient(self, m, s, eps, beta2, t):
        return m / (s + eps)


@mistake("beta1 and beta2 are swapped: beta1 belongs to the gradient, beta2 to its square")
class betas_swapped(_WithAverages):
    def rule(self, group, p, g, state):
        super().rule({**group, "betas": group["betas"][::-1]}, p, g, state)


@mistake("the square is missing: s averages g^2")
class second_without_square(_WithAverages):
    def second(self, beta, s, g):
        return (beta * s.sqrt() + (1 - beta) * g.abs()) ** 2


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


@mistake("the weight decay is decoupled, as in AdamW: Adam adds wd * p to the gradient")
class decoupled_decay(_WithAverages):
    def decayed(self, group, p, g):
        p *= 1 - group["lr"] * group["weight_decay"]
        return g


@mistake("the weight decay has the wrong sign: weights grow instead of shrinking")
class decay_with_the_wrong_sign(_WithAverages):
    def decayed(self, group, p, g):
        return g - group["weight_decay"] * p


@mistake("weight_decay was ignored")
class decay_ignored(_WithAverages):
    def decayed(self, group, p, g):
        return g


@mistake("lr was read once, in the constructor: read it from its group in every step")
class rate_read_once(Adam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad)
        self.rates = [group["lr"] for group in self.param_groups]

    def step(self):
        now = [group["lr"] for group in self.param_groups]
        for group, lr in zip(self.param_groups, self.rates, strict=True):
            group["lr"] = lr
        super().step()
        for group, lr in zip(self.param_groups, now, strict=True):
            group["lr"] = lr


@mistake("a missing gradient was taken for zeros: skip a parameter whose grad is None, and its state")
class missing_gradient_as_zero(Adam):
    def step(self):
        missing = [p for group in self.param_groups for p in group["params"] if p.grad is None]
        for p in missing:
            p.grad = torch.zeros_like(p)
        super().step()
        for p in missing:
            p.grad = None


@mistake("the state is not in state_dict, or not loaded: after resuming it starts anew")
class state_not_saved(Adam):
    def state_dict(self):
        return {
            **super().state_dict(),
            "states": [{} for group in self.param_groups for _ in group["params"]],
        }


@mistake("the hyper-parameters are not in state_dict, or not loaded: they are resumed with the state")
class options_not_saved(Adam):
    def state_dict(self):
        return {**super().state_dict(), "groups": [{} for _ in self.param_groups]}


@mistake("zero_grad filled the gradients with 0: set them to None, so that the next step skips them")
class zeros_for_none(Adam):
    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None if p.grad is None else torch.zeros_like(p)


@mistake("params was walked twice, and a generator is empty the second time: make a list of it")
class generator_used_up(Adam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False):
        once = not isinstance(params, (list, tuple))
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad)
        self.empty = once

    def step(self):
        super().step()
        if self.empty:
            self.param_groups[0]["params"] = []


@mistake("the weight decay was added to p.grad itself: make a new tensor, and leave the gradient as it is")
class gradient_changed(Adam):
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
class options_not_checked(Adam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False):
        params = list(params)
        try:
            super().__init__(params, lr, betas, eps, weight_decay, amsgrad)
        except ValueError:
            if not params:
                raise


@mistake("options of a group were ignored: where a group has its own, they hold for it")
class options_of_groups_ignored(Adam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False):
        given = [{"params": part["params"]} if isinstance(part, dict) else part for part in params]
        super().__init__(given, lr, betas, eps, weight_decay, amsgrad)


@mistake("parameters of one shape share their state: keep it for each parameter, by identity")
class state_by_shape(Adam):
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


@mistake("the parameter was replaced (p = ..., or p.data = ...): change it in place, in its own memory")
class new_memory(Adam):
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.data = p.data.clone()
        super().step()


@mistake("state_dict holds the very tensors of the state, which later steps change in place: copy them")
class tensors_saved_without_copy(Adam):
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
