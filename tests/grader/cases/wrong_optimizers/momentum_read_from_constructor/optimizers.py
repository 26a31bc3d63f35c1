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


class SGD(Base):
    def __init__(
        self,
        params: Iterable[Any],
        lr: float,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
    ) -> None:
        self.momentum = momentum
        defaults = dict(
            lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov
        )
        super().__init__(params, defaults)

    def validate(self, g: dict[str, Any]) -> None:
        if g["lr"] < 0:
            raise ValueError(f"lr is negative: {g['lr']}")
        if g["momentum"] < 0:
            raise ValueError(f"momentum is negative: {g['momentum']}")
        if g["weight_decay"] < 0:
            raise ValueError(f"weight_decay is negative: {g['weight_decay']}")

    def validate_group(self, g: dict[str, Any]) -> None:
        if g["nesterov"] and (g["momentum"] == 0 or g["dampening"] != 0):
            raise ValueError("nesterov needs momentum above 0 and dampening 0")

    @torch.no_grad()
    def step(self) -> None:
        """Change every parameter that has a gradient by one step, in place."""
        for group, p, grad in self.with_grad():
            grad = grad.add(p, alpha=group["weight_decay"])
            if self.momentum != 0:
                state = self.state.setdefault(p, {})
                if "velocity" not in state:
                    state["velocity"] = grad.clone()
                else:
                    state["velocity"].mul_(self.momentum).add_(grad, alpha=1 - group["dampening"])
                if group["nesterov"]:
                    grad = grad.add(state["velocity"], alpha=self.momentum)
                else:
                    grad = state["velocity"]
            p.add_(grad, alpha=-group["lr"])
