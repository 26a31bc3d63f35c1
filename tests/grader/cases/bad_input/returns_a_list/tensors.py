import torch


def outer(x, y):
    return (x[:, None] * y).tolist()
