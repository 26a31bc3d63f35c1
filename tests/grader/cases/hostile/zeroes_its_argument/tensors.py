import torch


def outer(x, y):
    x.detach().zero_()
    y.detach().zero_()
    return x[:, None] * y
