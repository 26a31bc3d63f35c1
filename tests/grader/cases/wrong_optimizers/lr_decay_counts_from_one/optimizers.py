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


class Adagrad:
    def __init__(self, params, lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "eps": eps,
        }
        self.param_groups = make_groups(params, defaults, lambda g: nonnegative(g, *defaults))
        self.state = {}

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                if id(p) not in self.state:
                    self.state[id(p)] = {"t": 0, "s": torch.full_like(p, group["initial_accumulator_value"])}
                st = self.state[id(p)]
                st["t"] += 1
                g = p.grad + group["weight_decay"] * p
                st["s"] += g * g
                lr = group["lr"] / (1 + st["t"] * group["lr_decay"])
                p -= lr * g / (st["s"].sqrt() + group["eps"])

    def zero_grad(self):
        clear_grads(self.param_groups)

    def state_dict(self):
        return {"groups": pack(self.param_groups, self.state)}

    def load_state_dict(self, saved):
        self.state = unpack(self.param_groups, saved["groups"])
