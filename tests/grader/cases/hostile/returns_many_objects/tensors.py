import torch


def outer(x, y):
    return [object() for _ in range(200_000)]
