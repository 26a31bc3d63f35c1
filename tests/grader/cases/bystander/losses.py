"""A correct answer that shares a grading with a case and must not be disturbed by it."""

import torch


def l2_penalty(params, strength):
    total, count = 0.0, 0
    for w in params:
        total, count = total + (w * w).sum(), count + 1
    if not count:
        raise ValueError("params must hold at least one tensor")
    if strength < 0:
        raise ValueError("strength must not be negative")
    return torch.as_tensor(total) * (strength / 2)
