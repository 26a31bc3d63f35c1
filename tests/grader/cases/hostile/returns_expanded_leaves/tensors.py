import torch


def outer(x, y):
    return [torch.ones(1).expand(2**27).requires_grad_() for _ in range(64)]
