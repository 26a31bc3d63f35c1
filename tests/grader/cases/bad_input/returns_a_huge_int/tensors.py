import torch


def outer(x, y):
    return 10 ** 100_000
