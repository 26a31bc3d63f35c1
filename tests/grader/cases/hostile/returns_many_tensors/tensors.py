import torch


def outer(x, y):
    return [torch.zeros(1) for _ in range(10_000)]
