import torch


def outer(x, y):
    return x[:, None] * y


ratio = 1 / 0
