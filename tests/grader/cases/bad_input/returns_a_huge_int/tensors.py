import torch


def outer(x, y):
    return 10 ** 1_000_000
