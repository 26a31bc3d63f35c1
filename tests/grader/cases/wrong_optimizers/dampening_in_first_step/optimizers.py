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


class SGD(_Optimizer):
    numbers = ("lr", "momentum", "weight_decay")

    def __init__(self, params, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False):
        super().__init__(
            params, lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov
        )

    def _check_group(self, group):
        if group["nesterov"] and (group["momentum"] == 0 or group["dampening"] != 0):
            raise ValueError("nesterov needs a momentum and no dampening")

    def _one(self, p, g, state, group):
        mu = group["momentum"]
        g = g + group["weight_decay"] * p
        if mu != 0:
            if "v" not in state:
                state["v"] = torch.zeros_like(p)
            v = state["v"]
            v.mul_(mu).add_(g, alpha=1 - group["dampening"])
            g = g + mu * v if group["nesterov"] else v
        p.sub_(group["lr"] * g)
