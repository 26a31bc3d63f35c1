import torch


def clip_gradient_norm_(params, max_norm):
    params = [p for p in params if p.grad is not None]
    if not params:
        return torch.tensor(0.0)
    norm = torch.sqrt(sum(torch.sum(p.grad**2) for p in params))
    if norm > max_norm:
        for p in params:
            p.grad[:] *= max_norm / norm
    return norm
