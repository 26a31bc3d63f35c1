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


class AdamW(_Optimizer):
    numbers = ("lr", "eps", "weight_decay")

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)

    def _check(self, group):
        super()._check(group)
        for beta in group["betas"]:
            if not 0 <= beta < 1:
                raise ValueError(f"betas must lie in [0, 1), got {group['betas']}")

    def _one(self, p, g, state, group):
        if not state:
            state.update(t=0, m=torch.zeros_like(p), s=torch.zeros_like(p), h=torch.zeros_like(p))
        beta1, beta2 = group["betas"]
        state["t"] += 1
        # decoupled: straight on the weights, not through the averages
        p.mul_(1 - group["weight_decay"])
        state["m"].lerp_(g.to(p.dtype), 1 - beta1)
        state["s"].mul_(beta2).add_((1 - beta2) * g * g)
        state["h"] = torch.maximum(state["h"], state["s"]) if group["amsgrad"] else state["s"].clone()
        m = state["m"] / (1 - beta1 ** state["t"])
        h = state["h"] / (1 - beta2 ** state["t"])
        p.sub_(group["lr"] * m / (h.sqrt() + group["eps"]))
