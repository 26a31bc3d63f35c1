import torch


def outer(x, y):
    for name, value in (("x", x), ("y", y)):
        if value.dim() != 1:
            raise ValueError(f"{name} has {value.dim()} axes, expected 1")
    print("many words " * 100_000)
    return x[:, None] * y
