import math
from typing import NamedTuple

import torch


def xavier_uniform_(weight, gain=1.0, generator=None):
    a = gain * (6 / (weight.shape[0] + weight.shape[1])) ** 0.5
    with torch.no_grad():
        return weight.uniform_(-a, a, generator=generator)


def kaiming_normal_(weight, mode="fan_in", generator=None):
    fan = weight.shape[1] if mode == "fan_in" else weight.shape[0]
    with torch.no_grad():
        return weight.normal_(0, (2 / fan) ** 0.5, generator=generator)


class Scales(NamedTuple):
    forward: list
    backward: list
    verdict: str


def activation_scales(x, upstream, depth, inits, activations, generator):
    d = x.shape[1]
    result = {}
    for init_name, init in inits.items():
        for act_name, act in activations.items():
            w = torch.empty(d, d, dtype=x.dtype)
            init(w, generator)
            w = w.to(x.device)
            h = x.clone().requires_grad_(True)
            hs = []
            for _ in range(depth):
                h = act(h @ w.T)
                hs.append(h)
            grads = torch.autograd.grad((upstream * h).sum(), hs)
            forward = [h.std(unbiased=False).item() for h in hs]
            backward = [g.std(unbiased=False).item() for g in grads]
            f = forward[-1] / x.std(unbiased=False).item()
            b = backward[0] / upstream.std(unbiased=False).item()
            if math.isnan(f) or math.isnan(b) or max(f, b) > 100:
                verdict = "explodes"
            elif min(f, b) < 0.01:
                verdict = "vanishes"
            else:
                verdict = "holds"
            result[(init_name, act_name)] = Scales(forward, backward, verdict)
    return result
