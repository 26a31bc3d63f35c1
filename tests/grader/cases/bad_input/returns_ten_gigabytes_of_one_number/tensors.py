import torch


def outer(x, y):
    return torch.ones(1, dtype=x.dtype).expand(10 * 2**30 // 8)
