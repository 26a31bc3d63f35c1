import copy

import torch


def groups_of(params, defaults):
    params = [p for p in params]
    if not params:
        raise ValueError("params: nothing to optimise")
    groups = params if isinstance(params[0], dict) else [{"params": params}]
    result = []
    for group in groups:
        full = dict(defaults)
        full.update(group)
        full["params"] = list(full["params"])
        for key in full:
            if key in ("lr", "momentum", "weight_decay", "eps", "lr_decay", "initial_accumulator_value") and full[key] < 0:
                raise ValueError(f"{key} is negative")
            if key in ("alpha", "rho") and not 0 <= full[key] < 1:
                raise ValueError(f"{key} is out of range")
            if key == "betas" and min(full[key]) < 0 or key == "betas" and max(full[key]) >= 1:
                raise ValueError("betas is out of range")
        if full.get("nesterov") and (not full["momentum"] or full["dampening"]):
            raise ValueError("nesterov needs momentum without dampening")
        result.append(full)
    return result


def machine(groups, rule):
    """Four functions over states that only they see, listed in the order of the parameters."""
    states = [[None] * len(group["params"]) for group in groups]

    def step():
        for group, row in zip(groups, states):
            for i, p in enumerate(group["params"]):
                if p.grad is not None:
                    with torch.no_grad():
                        new, row[i] = rule(p.detach().clone(), p.grad.detach().clone(), row[i], group)
                        p.copy_(new)

    def zero_grad():
        for group in groups:
            for p in group["params"]:
                p.grad = None

    def save():
        return [[{k: v for k, v in group.items() if k != "params"} for group in groups], copy.deepcopy(states)]

    def load(saved):
        options, values = copy.deepcopy(saved)
        for group, own, row, new in zip(groups, options, states, values):
            group.update(own)
            row[:] = new

    return step, zero_grad, save, load


def sgd_rule(p, g, v, o):
    g = g + o["weight_decay"] * p
    if o["momentum"]:
        v = g if v is None else o["momentum"] * v + (1 - o["dampening"]) * g
        g = g + o["momentum"] * v if o["nesterov"] else v
    return p - o["lr"] * g, v


class SGD:
    def __init__(self, params, lr, momentum=0, dampening=0, weight_decay=0, nesterov=False):
        self.param_groups = groups_of(params, {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay, "nesterov": nesterov})
        self._step, self._zero, self._save, self._load = machine(self.param_groups, sgd_rule)

    def step(self):
        self._step()

    def zero_grad(self):
        self._zero()

    def state_dict(self):
        return {"saved": self._save()}

    def load_state_dict(self, saved):
        self._load(saved["saved"])
