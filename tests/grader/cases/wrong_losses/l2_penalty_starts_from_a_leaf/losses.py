import torch


def l2_penalty(params, strength):
    params = list(params)
    if not params:
        raise ValueError("params is empty")
    if strength < 0:
        raise ValueError("strength is negative")
    total = torch.zeros((), dtype=params[0].dtype, device=params[0].device, requires_grad=True)
    for w in params:
        total = total + (w * w).sum()
    return 0.5 * strength * total
