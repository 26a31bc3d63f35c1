import torch
from torch.nn import functional


def fix_hardest_inputs(model, x, labels, radius, lr, steps):
    moved = x.detach().clone().requires_grad_()
    for _ in range(steps):
        start = moved.detach().clone()
        loss = functional.cross_entropy(model(moved), labels)
        moved.grad = None
        loss.backward()
        with torch.no_grad():
            moved += lr * moved.grad.sign()
            moved.copy_(start + (moved - start).clamp(-radius, radius))
    return moved.detach()
