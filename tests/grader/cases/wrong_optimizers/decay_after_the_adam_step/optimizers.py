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


class AdamW(Base):
    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
    ) -> None:
        defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad}
        super().__init__(params, defaults)

    def validate(self, g: dict[str, Any]) -> None:
        if min(g["betas"]) < 0 or max(g["betas"]) >= 1:
            raise ValueError("betas: both at least 0 and below 1")
        for key in ("lr", "eps", "weight_decay"):
            if g[key] < 0:
                raise ValueError(f"{key}: at least 0")

    def step(self) -> None:
        with torch.no_grad():
            for group, p, g in self.with_grad():
                if p not in self.state:
                    zeros = torch.zeros_like(p)
                    self.state[p] = {"t": 0, "m": zeros, "s": zeros.clone(), "h": zeros.clone()}
                st = self.state[p]
                b1, b2 = group["betas"]
                lr = group["lr"]

                st["t"] += 1
                st["m"] = b1 * st["m"] + (1 - b1) * g
                st["s"] = b2 * st["s"] + (1 - b2) * g**2
                if group["amsgrad"]:
                    st["h"] = torch.maximum(st["h"], st["s"])
                else:
                    st["h"] = st["s"].clone()
                mhat = st["m"] / (1 - b1 ** st["t"])
                hhat = st["h"] / (1 - b2 ** st["t"])
                p -= lr * mhat / (torch.sqrt(hhat) + group["eps"])
                p -= lr * group["weight_decay"] * p
