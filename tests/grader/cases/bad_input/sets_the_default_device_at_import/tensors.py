import torch

torch.set_default_device("meta")


def outer(x, y):
    return x[:, None] * y
