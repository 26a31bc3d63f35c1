import torch


def outer(x, y):
    bytearray(8 * 2**30)
    return torch.zeros(len(x), len(y), dtype=x.dtype)
