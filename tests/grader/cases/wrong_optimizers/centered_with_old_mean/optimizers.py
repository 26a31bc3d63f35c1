import torch
from torch import Tensor


class _Optimizer:
    """What all six have in common."""

    numbers = ()

    def __init__(self, params, **defaults):
        self._check(defaults)
        entries = list(params)
        if len(entries) == 0:
            raise ValueError("params: nothing to optimise")
        if not isinstance(entries[0], dict):
            entries = [{"params": entries}]
        self.param_groups = []
        for entry in entries:
            group = {**defaults, **entry}
            group["params"] = list(group["params"])
            self._check(group)
            self._check_group(group)
            self.param_groups.append(group)
        if not any(group["params"] for group in self.param_groups):
            raise ValueError("params: nothing to optimise")
        self.state = {}

    def _check(self, group):
        for name in self.numbers:
            if not group[name] >= 0:
                raise ValueError(f"{name} must not be negative, got {group[name]}")

    def _check_group(self, group):
        pass

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self._one(p, p.grad, self.state.setdefault(p, {}), group)

    def _one(self, p, g, state, group):
        raise NotImplementedError

    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def _all(self):
        return [p for group in self.param_groups for p in group["params"]]

    def state_dict(self):
        state = {}
        for i, p in enumerate(self._all()):
            if p in self.state:
                state[i] = {
                    k: v.detach().clone() if isinstance(v, Tensor) else v for k, v in self.state[p].items()
                }
        groups = [{k: v for k, v in group.items() if k != "params"} for group in self.param_groups]
        return {"state": state, "groups": groups}

    def load_state_dict(self, saved):
        for group, old in zip(self.param_groups, saved["groups"]):
            group.update(old)
        self.state = {}
        for i, p in enumerate(self._all()):
            if i in saved["state"]:
                self.state[p] = {
                    k: v.detach().clone() if isinstance(v, Tensor) else v for k, v in saved["state"][i].items()
                }


class RMSprop(_Optimizer):
    numbers = ("lr", "eps", "weight_decay", "momentum")

    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False):
        super().__init__(
            params, lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum, centered=centered
        )

    def _check(self, group):
        super()._check(group)
        if not 0 <= group["alpha"] < 1:
            raise ValueError(f"alpha must be in [0, 1), got {group['alpha']}")

    def _one(self, p, g, state, group):
        if not state:
            state["s"] = torch.zeros_like(p)
            state["m"] = torch.zeros_like(p)
            state["v"] = torch.zeros_like(p)
        a = group["alpha"]
        g = g + group["weight_decay"] * p
        state["s"] = a * state["s"] + (1 - a) * g**2
        if group["centered"]:
            d = (state["s"] - state["m"] ** 2).clamp(min=0).sqrt() + group["eps"]
        else:
            d = state["s"].sqrt() + group["eps"]
        state["m"] = a * state["m"] + (1 - a) * g
        if group["momentum"] > 0:
            state["v"] = group["momentum"] * state["v"] + g / d
            p -= group["lr"] * state["v"]
        else:
            p -= group["lr"] * g / d
