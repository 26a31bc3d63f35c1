import copy
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor


class Base:
    def __init__(self, params: Iterable[Any], defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self.validate(defaults)
        self.param_groups: list[dict[str, Any]] = []
        self.state: dict[Tensor, dict[str, Any]] = {}
        loose: list[Tensor] = []
        for item in params:
            if isinstance(item, dict):
                self.add_param_group(item)
            else:
                loose.append(item)
        if loose:
            self.add_param_group({"params": loose})
        if not any(len(g["params"]) for g in self.param_groups):
            raise ValueError("optimizer got an empty params")

    def add_param_group(self, group: dict[str, Any]) -> None:
        new = dict(group)
        new["params"] = list(group["params"])
        for key, value in self.defaults.items():
            new.setdefault(key, value)
        self.validate(new)
        self.validate_group(new)
        self.param_groups.append(new)

    def validate(self, g: dict[str, Any]) -> None:
        raise NotImplementedError

    def validate_group(self, g: dict[str, Any]) -> None:
        return

    def zero_grad(self) -> None:
        """Set the grad of every parameter of every group to None."""
        for g in self.param_groups:
            for p in g["params"]:
                p.grad = None

    def with_grad(self):
        for g in self.param_groups:
            for p in g["params"]:
                if p.grad is not None:
                    yield g, p, p.grad

    def state_dict(self) -> dict[str, Any]:
        """Return a copy of the state and of the groups' hyper-parameters, as plain data."""
        index: dict[Tensor, int] = {}
        groups = []
        for g in self.param_groups:
            for p in g["params"]:
                index.setdefault(p, len(index))
            groups.append({k: v for k, v in g.items() if k != "params"})
        return copy.deepcopy({"state": {index[p]: s for p, s in self.state.items()}, "param_groups": groups})

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Take up a copy of what `state_dict` returned, parameters matched by their place."""
        saved = copy.deepcopy(saved)
        places: list[Tensor] = []
        for g, old in zip(self.param_groups, saved["param_groups"], strict=True):
            g.update(old)
            for p in g["params"]:
                if not any(p is q for q in places):
                    places.append(p)
        self.state = {places[i]: s for i, s in saved["state"].items()}


class RMSprop(Base):
    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 0.01,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "alpha": alpha,
                "eps": eps,
                "weight_decay": weight_decay,
                "momentum": momentum,
                "centered": centered,
            },
        )

    def validate(self, g: dict[str, Any]) -> None:
        if not 0 <= g["alpha"] < 1:
            raise ValueError("alpha has to lie in [0, 1)")
        for key in ("lr", "eps", "weight_decay", "momentum"):
            if not g[key] >= 0:
                raise ValueError(f"{key} has to be at least 0")

    @torch.no_grad()
    def step(self) -> None:
        for group, p, grad in self.with_grad():
            if p not in self.state:
                self.state[p] = {
                    "square_avg": torch.zeros_like(p),
                    "grad_avg": torch.zeros_like(p),
                    "buf": torch.zeros_like(p),
                }
            state = self.state[p]
            alpha = group["alpha"]
            g = grad + group["weight_decay"] * p

            state["square_avg"].mul_(alpha).add_((1 - alpha) * g * g)
            state["grad_avg"].mul_(alpha).add_((1 - alpha) * g)
            var = state["square_avg"]
            if group["centered"]:
                var = (var - state["grad_avg"] ** 2).clamp(min=0)
            update = group["lr"] * g / (var.sqrt() + group["eps"])

            if group["momentum"] > 0:
                state["buf"].mul_(group["momentum"]).add_(update)
                update = state["buf"]
            p.sub_(update)
