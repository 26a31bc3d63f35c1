"""Wrong variants of optimizers.Adadelta."""

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
        g = self.decayed(g, group["weight_decay"], p)
        s = state["s"] = self.average(rho, state.get("s", torch.zeros_like(p)), g**2)
        u = state.get("u", torch.zeros_like(p))
        d = self.step_of(u, s, g, eps)
        state["u"] = self.average(rho, u, self.counted(lr, d) ** 2)
        p -= self.applied(lr) * d

    def decayed(self, g, decay, p):
        return g + decay * p

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


@mistake("the mean of squared steps is missing: this is RMSprop with eps inside")
class steps_forgotten(_WithMeans):
    def step_of(self, u, s, g, eps):
        return g / (s + eps).sqrt()


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


@mistake("d was made with s as it was before this gradient: average the square first")
class gradients_averaged_last(_ByRule):
    def rule(self, group, p, g, state):
        rho, eps = group["rho"], group["eps"]
        g = g + group["weight_decay"] * p
        s, u = state.get("s", torch.zeros_like(p)), state.get("u", torch.zeros_like(p))
        d = (u + eps).sqrt() / (s + eps).sqrt() * g
        state["s"], state["u"] = rho * s + (1 - rho) * g**2, rho * u + (1 - rho) * d**2
        p -= group["lr"] * d


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


@mistake("the squares add up, as in Adagrad: the running means forget")
class squares_add_up(_WithMeans):
    def average(self, rho, mean, square):
        return mean + square


@mistake("weight_decay was ignored, or came too late: g = g + wd * p stands first")
class decay_apart_from_the_means(_WithMeans):
    def rule(self, group, p, g, state):
        p *= 1 - group["lr"] * group["weight_decay"]
        super().rule(group, p, g, state)

    def decayed(self, g, decay, p):
        return g


@mistake("lr was read once, in the constructor: read it from its group in every step")
class rate_read_once(Adadelta):
    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
        super().__init__(params, lr, rho, eps, weight_decay)
        self.rates = [group["lr"] for group in self.param_groups]

    def step(self):
        now = [group["lr"] for group in self.param_groups]
        for group, lr in zip(self.param_groups, self.rates, strict=True):
            group["lr"] = lr
        super().step()
        for group, lr in zip(self.param_groups, now, strict=True):
            group["lr"] = lr


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


@mistake("options out of range were accepted: raise a ValueError that names the option")
class options_not_checked(Adadelta):
    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
        params = list(params)
        try:
            super().__init__(params, lr, rho, eps, weight_decay)
        except ValueError:
            if not params:
                raise


@mistake("state_dict holds the very tensors of the state, which later steps change in place: copy them")
class tensors_saved_without_copy(Adadelta):
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
