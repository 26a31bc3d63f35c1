import torch


class Matrix(torch.Tensor):
    pass


def outer(x, y):
    return (x[:, None] * y).as_subclass(Matrix)
