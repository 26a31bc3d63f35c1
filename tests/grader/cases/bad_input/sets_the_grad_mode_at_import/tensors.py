import torch

torch.set_grad_enabled(False)


def outer(x, y):
    return x[:, None] * y
