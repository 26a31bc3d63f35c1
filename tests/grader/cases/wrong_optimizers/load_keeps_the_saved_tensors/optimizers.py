import torch
from torch import Tensor


class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False):
        defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad}
        given = list(params)
        if len(given) == 0:
            raise ValueError("params: got nothing")
        if isinstance(given[0], Tensor):
            given = [{"params": given}]
        self.check(defaults)
        self.param_groups = []
        for one in given:
            group = defaults.copy()
            group.update(one)
            group["params"] = list(group["params"])
            self.check(group)
            self.param_groups.append(group)
        if all(len(group["params"]) == 0 for group in self.param_groups):
            raise ValueError("params: got nothing")
        # per parameter: step count and the three averages
        self.t, self.m, self.s, self.h = {}, {}, {}, {}

    def check(self, group):
        for key in ["lr", "eps", "weight_decay"]:
            if group[key] < 0:
                raise ValueError(key + " is negative")
        beta1, beta2 = group["betas"]
        if not (0 <= beta1 < 1 and 0 <= beta2 < 1):
            raise ValueError("betas out of range")

    def step(self):
        with torch.no_grad():
            for group in self.param_groups:
                beta1, beta2 = group["betas"]
                for p in group["params"]:
                    if p.grad is None:
                        continue
                    if p not in self.t:
                        self.t[p] = 0
                        for avg in (self.m, self.s, self.h):
                            avg[p] = torch.zeros_like(p)
                    self.t[p] += 1
                    t = self.t[p]
                    g = p.grad + group["weight_decay"] * p

                    self.m[p].mul_(beta1).add_((1 - beta1) * g)
                    self.s[p].mul_(beta2).add_((1 - beta2) * g**2)
                    if group["amsgrad"]:
                        self.h[p].copy_(torch.max(self.h[p], self.s[p]))
                    else:
                        self.h[p].copy_(self.s[p])

                    top = self.m[p] / (1 - beta1**t)
                    bottom = (self.h[p] / (1 - beta2**t)).sqrt() + group["eps"]
                    p.sub_(group["lr"] * top / bottom)

    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def state_dict(self):
        groups = []
        for group in self.param_groups:
            entry = {k: v for k, v in group.items() if k != "params"}
            entry["state"] = []
            for p in group["params"]:
                if p in self.t:
                    entry["state"].append(
                        (self.t[p], self.m[p].clone(), self.s[p].clone(), self.h[p].clone())
                    )
                else:
                    entry["state"].append(None)
            groups.append(entry)
        return {"groups": groups}

    def load_state_dict(self, saved):
        self.t, self.m, self.s, self.h = {}, {}, {}, {}
        for group, entry in zip(self.param_groups, saved["groups"]):
            for k, v in entry.items():
                if k != "state":
                    group[k] = v
            for p, st in zip(group["params"], entry["state"]):
                if st is not None:
                    self.t[p], self.m[p], self.s[p], self.h[p] = st
