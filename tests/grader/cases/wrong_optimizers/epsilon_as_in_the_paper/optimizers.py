import copy

import torch


def _g(ps, d):
    ps = list(ps)
    if not ps: raise ValueError("params")
    gs = [{**d, **q, "params": [*q["params"]]} for q in (ps if type(ps[0]) is dict else [{"params": ps}])]
    for q in gs:
        for k in d:
            v = q[k]
            if k == "betas" and not all(0 <= b < 1 for b in v) or k in ("alpha", "rho") and not 0 <= v < 1 or k not in ("betas", "dampening") and v < 0: raise ValueError(k)
        if q.get("nesterov") and (q["dampening"] or not q["momentum"]): raise ValueError("nesterov")
    return gs


class _O:
    def _ps(s): return [(q, p) for q in s.param_groups for p in q["params"]]
    def zero_grad(s): [setattr(p, "grad", None) for _, p in s._ps()]
    @torch.no_grad()
    def step(s):
        for q, p in s._ps():
            if p.grad is not None: p -= s.d(p, p.grad, s.S.setdefault(p, {}), **q)
    def state_dict(s): return copy.deepcopy({"g": [{k: v for k, v in q.items() if k != "params"} for q in s.param_groups], "s": [s.S.get(p, {}) for _, p in s._ps()]})
    def load_state_dict(s, saved):
        saved = copy.deepcopy(saved)
        for q, o in zip(s.param_groups, saved["g"]): q |= o
        s.S = {p: x for (_, p), x in zip(s._ps(), saved["s"])}


def _ema(S, k, b, x):
    S[k] = b * S.get(k, 0 * x) + (1 - b) * x
    return S[k]


def _adam(S, g, lr, betas, eps, amsgrad):
    (b, c), t = betas, S.get("t", 0) + 1
    S["t"], m, s = t, _ema(S, "m", b, g), _ema(S, "s", c, g * g)
    if amsgrad: s = S["h"] = torch.maximum(S.get("h", s), s)
    return lr * (1 - c**t) ** 0.5 / (1 - b**t) * m / (s.sqrt() + eps)


class Adam(_O):
    def __init__(s, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False): s.param_groups, s.S = _g(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)), {}
    def d(s, p, g, S, lr, betas, eps, weight_decay, amsgrad, **_): return _adam(S, g + weight_decay * p, lr, betas, eps, amsgrad)
