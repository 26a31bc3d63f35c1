"""Wrong variants of optimizers.RMSprop."""

import torch

from grader.suite import mistake, reference

RMSprop = reference("optimizers").RMSprop


class _ByRule(RMSprop):
    """Steps by a rule of its own for each parameter."""

    def step(self):
        with torch.no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is not None:
                        self.rule(group, p, p.grad, self.state.setdefault(p, {}))


class _WithMean(_ByRule):
    """RMSprop with one line changed."""

    def rule(self, group, p, g, state):
        alpha, mu, zero = group["alpha"], group["momentum"], torch.zeros_like(p)
        g = self.decayed(g, group["weight_decay"], p)
        s = state["s"] = self.average(alpha, state.get("s", zero), g**2)
        m = state["m"] = alpha * state.get("m", zero) + (1 - alpha) * g
        u = self.quotient(g, self.variance(s, m, group["centered"]), group["eps"])
        if mu > 0:
            u = state["v"] = self.velocity(mu, state.get("v", zero), u)
        p -= group["lr"] * u

    def decayed(self, g, decay, p):
        return g + decay * p

    def average(self, alpha, s, square):
        return alpha * s + (1 - alpha) * square

    def variance(self, s, m, centered):
        return s - m**2 if centered else s

    def velocity(self, mu, v, u):
        return mu * v + u

    def quotient(self, g, variance, eps):
        return g / (variance.sqrt() + eps)


@mistake("the squares add up, as in Adagrad: the running mean forgets")
class squares_add_up(_WithMean):
    def average(self, alpha, s, square):
        return s + square


@mistake("alpha and 1 - alpha are swapped: alpha is the share of the old mean")
class alpha_swapped(_WithMean):
    def average(self, alpha, s, square):
        return (1 - alpha) * s + alpha * square


@mistake("the factor 1 - alpha is missing: s = alpha * s + (1 - alpha) * g^2")
class no_one_minus_alpha(_WithMean):
    def average(self, alpha, s, square):
        return alpha * s + square


@mistake("the mean starts at the first square: it starts at 0")
class mean_starts_at_the_first_square(_WithMean):
    def average(self, alpha, s, square):
        return square if not s.any() else alpha * s + (1 - alpha) * square


@mistake("the mean was corrected for its start, as in Adam: RMSprop does not")
class corrected_for_the_start(_ByRule):
    def rule(self, group, p, g, state):
        alpha, mu, zero = group["alpha"], group["momentum"], torch.zeros_like(p)
        g = g + group["weight_decay"] * p
        t = state["t"] = state.get("t", 0) + 1
        s = state["s"] = alpha * state.get("s", zero) + (1 - alpha) * g**2
        m = state["m"] = alpha * state.get("m", zero) + (1 - alpha) * g
        variance = s - m**2 if group["centered"] else s
        u = g / ((variance / (1 - alpha**t)).sqrt() + group["eps"])
        if mu > 0:
            u = state["v"] = mu * state.get("v", zero) + u
        p -= group["lr"] * u


@mistake("eps is inside the root: it is added to the root")
class eps_inside_the_root(_WithMean):
    def quotient(self, g, variance, eps):
        return g / (variance + eps).sqrt()


@mistake("the root is missing: divide by sqrt(s) + eps")
class no_root(_WithMean):
    def quotient(self, g, variance, eps):
        return g / (variance + eps)


@mistake("centered was ignored: it divides by sqrt(s - m^2) + eps")
class centered_ignored(_WithMean):
    def variance(self, s, m, centered):
        return s


@mistake("with centered the mean itself was subtracted: it is its square, s - m^2")
class mean_not_squared(_WithMean):
    def variance(self, s, m, centered):
        return (s - m).clamp(min=0) if centered else s


@mistake("momentum was ignored: v = mu * v + g / d, and p moves along v")
class momentum_ignored(_WithMean):
    def velocity(self, mu, v, u):
        return u


@mistake("the velocity is an average, with a factor 1 - mu: it is mu * v + g / d")
class velocity_as_average(_WithMean):
    def velocity(self, mu, v, u):
        return mu * v + (1 - mu) * u


@mistake("lr is part of the velocity: v holds no lr, so that a new lr acts on the whole step")
class rate_inside_the_velocity(_WithMean):
    def rule(self, group, p, g, state):
        lr, first = group["lr"], "v" not in state
        before = state.get("lr", lr)
        if not first and lr != before:
            state["v"] = state["v"] * before / lr
        state["lr"] = lr
        super().rule(group, p, g, state)


@mistake("weight_decay was ignored, or came too late: g = g + wd * p stands first")
class decay_apart_from_the_mean(_WithMean):
    def rule(self, group, p, g, state):
        p *= 1 - group["lr"] * group["weight_decay"]
        super().rule(group, p, g, state)

    def decayed(self, g, decay, p):
        return g


@mistake("lr was read once, in the constructor: read it from its group in every step")
class rate_read_once(RMSprop):
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False):
        super().__init__(params, lr, alpha, eps, weight_decay, momentum, centered)
        self.rates = [group["lr"] for group in self.param_groups]

    def step(self):
        now = [group["lr"] for group in self.param_groups]
        for group, lr in zip(self.param_groups, self.rates, strict=True):
            group["lr"] = lr
        super().step()
        for group, lr in zip(self.param_groups, now, strict=True):
            group["lr"] = lr


@mistake("a missing gradient was taken for zeros: skip a parameter whose grad is None, and its state")
class missing_gradient_as_zero(RMSprop):
    def step(self):
        missing = [p for group in self.param_groups for p in group["params"] if p.grad is None]
        for p in missing:
            p.grad = torch.zeros_like(p)
        super().step()
        for p in missing:
            p.grad = None


@mistake("the state is not in state_dict, or not loaded: after resuming it starts anew")
class state_not_saved(RMSprop):
    def state_dict(self):
        return {
            **super().state_dict(),
            "states": [{} for group in self.param_groups for _ in group["params"]],
        }


@mistake("the hyper-parameters are not in state_dict, or not loaded: they are resumed with the state")
class options_not_saved(RMSprop):
    def state_dict(self):
        return {**super().state_dict(), "groups": [{} for _ in self.param_groups]}


@mistake("zero_grad filled the gradients with 0: set them to None, so that the next step skips them")
class zeros_for_none(RMSprop):
    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None if p.grad is None else torch.zeros_like(p)


@mistake("params was walked twice, and a generator is empty the second time: make a list of it")
class generator_used_up(RMSprop):
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False):
        once = not isinstance(params, (list, tuple))
        super().__init__(params, lr, alpha, eps, weight_decay, momentum, centered)
        self.empty = once

    def step(self):
        super().step()
        if self.empty:
            self.param_groups[0]["params"] = []


@mistake("the weight decay was added to p.grad itself: make a new tensor, and leave the gradient as it is")
class gradient_changed(RMSprop):
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
class options_not_checked(RMSprop):
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False):
        params = list(params)
        try:
            super().__init__(params, lr, alpha, eps, weight_decay, momentum, centered)
        except ValueError:
            if not params:
                raise


@mistake("state_dict holds the very tensors of the state, which later steps change in place: copy them")
class tensors_saved_without_copy(RMSprop):
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
