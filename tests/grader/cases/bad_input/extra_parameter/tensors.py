import torch


def outer(x, y, scale):
    return x[:, None]
