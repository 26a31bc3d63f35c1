import torch


def outer(x, y):
    return torch.zeros(600 * 2**20, dtype=torch.uint8)
