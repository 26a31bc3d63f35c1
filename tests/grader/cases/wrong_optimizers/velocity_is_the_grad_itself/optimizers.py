from typing import Any, Iterable

import torch


class SGD:
    """SGD with momentum."""

    def __init__(
        self,
        params: Iterable[Any],
        lr: float,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
    ) -> None:
        if lr < 0:
            raise ValueError("lr < 0")
        if momentum < 0:
            raise ValueError("momentum < 0")
        if weight_decay < 0:
            raise ValueError("weight_decay < 0")
        items = list(params)
        if items and not isinstance(items[0], dict):
            items = [dict(params=items)]
        self.param_groups = []
        count = 0
        for item in items:
            group = dict(
                lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov
            )
            group.update(item)
            group["params"] = list(item["params"])
            count += len(group["params"])
            for name in ["lr", "momentum", "weight_decay"]:
                if group[name] < 0:
                    raise ValueError(f"{name} < 0 in a group")
            if group["nesterov"] and (group["momentum"] == 0 or group["dampening"] != 0):
                raise ValueError("nesterov requires momentum and zero dampening")
            self.param_groups.append(group)
        if count == 0:
            raise ValueError("params is empty")
        self.velocity = {}  # id of the parameter -> velocity

    def step(self) -> None:
        with torch.no_grad():
            for group in self.param_groups:
                lr, mu, tau = group["lr"], group["momentum"], group["dampening"]
                wd = group["weight_decay"]
                for p in group["params"]:
                    if p.grad is None:
                        continue
                    g = p.grad
                    if wd != 0:
                        g = g + wd * p
                    if mu != 0:
                        if id(p) not in self.velocity:
                            v = g.detach()
                        else:
                            v = mu * self.velocity[id(p)] + (1 - tau) * g
                        self.velocity[id(p)] = v
                        if group["nesterov"]:
                            g = g + mu * v
                        else:
                            g = v
                    p -= lr * g

    def zero_grad(self) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def state_dict(self) -> dict[str, Any]:
        hyper, velocity = [], []
        for group in self.param_groups:
            hyper.append({k: group[k] for k in group if k != "params"})
            row = []
            for p in group["params"]:
                v = self.velocity.get(id(p))
                row.append(None if v is None else v.clone())
            velocity.append(row)
        return {"hyper": hyper, "velocity": velocity}

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        self.velocity = {}
        for group, hyper, row in zip(self.param_groups, saved["hyper"], saved["velocity"]):
            group.update(hyper)
            for p, v in zip(group["params"], row):
                if v is not None:
                    self.velocity[id(p)] = v.clone()
