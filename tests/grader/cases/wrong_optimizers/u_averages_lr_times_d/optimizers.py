import copy

import torch


def make_groups(params, defaults, check):
    check(defaults)
    params = list(params)
    if params and isinstance(params[0], dict):
        groups = [dict(defaults) | dict(g) | {"params": list(g["params"])} for g in params]
    else:
        groups = [dict(defaults) | {"params": params}]
    if sum(len(g["params"]) for g in groups) == 0:
        raise ValueError("params must hold at least one parameter")
    for g in groups:
        check(g)
    return groups


def nonnegative(group, *names):
    for n in names:
        if not group[n] >= 0:
            raise ValueError(n + " must be at least 0")


def clear_grads(groups):
    for g in groups:
        for p in g["params"]:
            p.grad = None


def pack(groups, state):
    """hyper-parameters and state, state as one list per group"""
    out = []
    for g in groups:
        hyper = {k: v for k, v in g.items() if k != "params"}
        out.append({"hyper": copy.deepcopy(hyper), "state": [copy.deepcopy(state.get(id(p))) for p in g["params"]]})
    return out


def unpack(groups, packed):
    state = {}
    for g, entry in zip(groups, packed):
        g.update(copy.deepcopy(entry["hyper"]))
        for p, s in zip(g["params"], entry["state"]):
            if s is not None:
                state[id(p)] = copy.deepcopy(s)
    return state


class Adadelta:
    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
        defaults = {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay}
        self.param_groups = make_groups(params, defaults, self._check)
        self.state = {}

    @staticmethod
    def _check(g):
        nonnegative(g, "lr", "eps", "weight_decay")
        if not (0 <= g["rho"] < 1):
            raise ValueError("rho must be at least 0 and below 1")

    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self._step_one(p, group["lr"], group["rho"], group["eps"], group["weight_decay"])

    @torch.no_grad()
    def _step_one(self, p, lr, rho, eps, wd):
        s, u = self.state.get(id(p), (torch.zeros_like(p), torch.zeros_like(p)))
        g = p.grad + wd * p
        s = rho * s + (1 - rho) * g.square()
        delta = lr * torch.sqrt(u + eps) / torch.sqrt(s + eps) * g
        u = rho * u + (1 - rho) * delta.square()
        p -= delta
        self.state[id(p)] = (s, u)

    def zero_grad(self):
        clear_grads(self.param_groups)

    def state_dict(self):
        return {"groups": pack(self.param_groups, self.state)}

    def load_state_dict(self, saved):
        self.state = unpack(self.param_groups, saved["groups"])
