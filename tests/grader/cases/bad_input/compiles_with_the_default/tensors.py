import torch


def outer(x, y):
    return torch.compile(lambda x, y: x[:, None] * y)(x, y)
