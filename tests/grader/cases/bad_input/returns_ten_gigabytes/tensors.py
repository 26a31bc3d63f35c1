import torch


def outer(x, y):
    return torch.ones(10 * 2**30 // 8, dtype=torch.float64)
