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


class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False):
        self.param_groups = make_groups(
            params,
            dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad),
            self._check,
        )
        self.state = {}
        self.t = 0

    def _check(self, g):
        nonnegative(g, "lr", "eps", "weight_decay")
        if not all(0 <= beta < 1 for beta in g["betas"]):
            raise ValueError("betas must be in [0, 1)")

    @torch.no_grad()
    def step(self):
        self.t += 1
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                if id(p) not in self.state:
                    self.state[id(p)] = {
                        "m": torch.zeros_like(p),
                        "s": torch.zeros_like(p),
                        "h": torch.zeros_like(p),
                    }
                st = self.state[id(p)]
                g = p.grad + group["weight_decay"] * p
                st["m"] = beta1 * st["m"] + (1 - beta1) * g
                st["s"] = beta2 * st["s"] + (1 - beta2) * g * g
                st["h"] = torch.maximum(st["h"], st["s"]) if group["amsgrad"] else st["s"].clone()
                m_hat = st["m"] / (1 - beta1**self.t)
                h_hat = st["h"] / (1 - beta2**self.t)
                p -= group["lr"] * m_hat / (h_hat.sqrt() + group["eps"])

    def zero_grad(self):
        clear_grads(self.param_groups)

    def state_dict(self):
        return {"groups": pack(self.param_groups, self.state), "t": self.t}

    def load_state_dict(self, saved):
        self.state = unpack(self.param_groups, saved["groups"])
        self.t = saved["t"]
