import torch


def outer(x, y):
    torch.ones(2 * 2**30)
    return torch.zeros(len(x), len(y), dtype=x.dtype)
