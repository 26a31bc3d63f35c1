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


class Adam(Base):
    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(
            params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)
        )

    def validate(self, g: dict[str, Any]) -> None:
        for name in ("lr", "eps", "weight_decay"):
            if g[name] < 0:
                raise ValueError(f"Invalid {name}: {g[name]}")
        for i, beta in enumerate(g["betas"]):
            if not 0.0 <= beta < 1.0:
                raise ValueError(f"Invalid betas[{i}]: {beta}")

    @torch.no_grad()
    def step(self) -> None:
        """Change every parameter that has a gradient by one step, in place."""
        for group, p, grad in self.with_grad():
            b1, b2 = group["betas"]
            st = self.state.get(p)
            if st is None:
                st = self.state[p] = {
                    "step": 0,
                    "exp_avg": torch.zeros_like(p),
                    "exp_avg_sq": torch.zeros_like(p),
                    "max_exp_avg_sq": torch.zeros_like(p),
                }
            st["step"] += 1
            if group["weight_decay"]:
                grad = grad.add(p, alpha=group["weight_decay"])
            st["exp_avg"].mul_(b1).add_(grad, alpha=1 - b1)
            st["exp_avg_sq"].mul_(b2).addcmul_(grad, grad, value=1 - b2)

            m_hat = st["exp_avg"] / (1 - b1 ** st["step"])
            v_hat = st["exp_avg_sq"] / (1 - b2 ** st["step"])
            if group["amsgrad"]:
                v_hat = torch.maximum(st["max_exp_avg_sq"], v_hat)
            st["max_exp_avg_sq"] = v_hat.clone()
            p.sub_(group["lr"] * m_hat / (v_hat.sqrt() + group["eps"]))
